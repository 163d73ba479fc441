"""What nobody can see in an HTML mail is not said by its author (hazards A27); what can be seen is not lost."""

from __future__ import annotations

import pytest

from mailgate.mail.commands import read_orders
from mailgate.mail.html import read

HIDDEN = [
    '<div style="display:none">{}</div>',
    '<div style="display : NONE !important">{}</div>',
    "<div hidden>{}</div>",
    '<span style="visibility:hidden">{}</span>',
    '<span style="mso-hide:all">{}</span>',
    '<span style="font-size:0">{}</span>',
    '<span style="font-size:0px;color:#333">{}</span>',
    '<span style="FONT-SIZE: 0.0pt">{}</span>',
    '<span style="font-size:1px">{}</span>',
    '<span style="font:0/0 a">{}</span>',
    '<div style="font-size:0"><p style="font-size:2em">{}</p></div>',
    '<span style="color:#fff">{}</span>',
    '<span style="color: white">{}</span>',
    '<span style="color:rgb(254, 254, 254)">{}</span>',
    '<span style="color:#fefefe;background-color:#ffffff">{}</span>',
    '<font color="#FFFFFF">{}</font>',
    '<div style="background:#036"><span style="color:#003366">{}</span></div>',
    '<table bgcolor="#000000"><tr><td style="color:black">{}</td></tr></table>',
    '<div style="background:#036"><div style="background:white"><b style="color:white">{}</b></div></div>',
    '<span style="color:transparent">{}</span>',
    '<span style="color:rgba(255,255,255,.9)">{}</span>',
    '<span style="opacity:0">{}</span>',
    '<div style="max-height:0;overflow:hidden">{}</div>',
    '<div style="position:absolute;left:-9999px">{}</div>',
    '<p style="text-indent:-5000px">{}</p>',
    "<!-- {} -->",
    "<!--[if mso]><p>{}</p><![endif]-->",
    "<title>{}</title>",
    "<style>{}</style>",
    "<script>{}</script>",
    "<noscript>{}</noscript>",
    "<template>{}</template>",
]

SEEN = [
    "<p>{}</p>",
    '<div style="color:#000;background:#fff">{}</div>',
    '<div style="background-color:#003366"><span style="color:#fff">{}</span></div>',
    '<table><td bgcolor="#003366"><font color="white">{}</font></td></table>',
    '<table style="background:url(cid:x) #fff"><tr><td style="color:#fff">{}</td></tr></table>',
    '<div style="font-size:0"><div style="font-size:13px">{}</div></div>',
    '<div style="color:white"><span style="color:#1f497d">{}</span></div>',
    '<div style="opacity:0.9;max-height:10px">{}</div>',
    '<div style="background:#000">{}</div>',
    '<div style="margin-left:-100px;font-size:.9em;line-height:0">{}</div>',
    '<body bgcolor="#000000"><div style="color:white">{}</div></body>',
    '<body style="background:#111;color:#eee"><p>{}</p></body>',
    '<span style="color:inherit">{}</span>',
    '<font color="white"><a href="https://www.example.com">{}</a></font>',
]


@pytest.mark.parametrize("html", HIDDEN)
def test_what_nobody_sees_is_not_read(html: str) -> None:
    """In all the ways in which mails hide their words."""
    assert read(f"<p>Bonjour.</p>{html.format('#fermer')}").whole == "Bonjour."


@pytest.mark.parametrize("html", SEEN)
def test_what_everybody_sees_is_read(html: str) -> None:
    """White letters on something dark, and newsletters that set the size anew on each paragraph."""
    assert "un deux" in read(f"<p>Bonjour.</p>{html.format('un deux')}").whole


def test_white_words_on_a_ground_that_a_style_sheet_paints_are_no_command() -> None:
    """They may well be seen, and must not be lost; a command among them is asked about."""
    html = '<style>.x{background:#036}</style><p>Bonjour.</p><div class=x style="color:#fff">#fermer<br>Suite.</div>'
    found = read_orders(read(html).whole)
    assert (found.orders, [one.code for one in found.problems]) == ((), ["sign-apart"])
    assert found.text == "Bonjour.\n\nSuite."


def test_a_mail_of_nothing_but_white_words_is_read_and_not_obeyed() -> None:
    """A telephone in dark mode wrote it; an empty answer would acknowledge a page."""
    found = read_orders(read('<div style="color:#ffffff">#fermer</div><div style="color:#ffffff">Suite.</div>').whole)
    assert (found.orders, [one.nearest for one in found.problems], found.text) == ((), ["#fermer"], "Suite.")


def test_a_blank_that_does_not_break_is_an_empty_line() -> None:
    """So do editors write it, in a division, a cell or a paragraph."""
    assert read("<div>a</div><div>&nbsp;</div><div>b</div>").whole == "a\n\nb"
    assert read("<table><tr><td>a</td></tr><tr><td>&nbsp;</td></tr><tr><td>b</td></tr></table>").whole == "a\n\nb"
    assert read("<table><td><div>a</div><div>&nbsp;</div><div>b</div></td></table>").whole == "a\n\nb"
    assert read("<p>a</p><p>&nbsp;</p><p>b</p>").whole == "a\n\nb"
    assert read("<table><td>&nbsp;</td><td>a</td></table>").whole == "a"
