"""HTML as readable text, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.html import read
from mailgate.mail.markup import simplify

PIECES = [
    "<",
    ">",
    "</",
    "div",
    "p",
    "br",
    "<!--",
    "-->",
    "<style>",
    "</style",
    '"',
    "'",
    "=",
    " ",
    "x",
    "&amp;",
    "&#0;",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "\n",
    "hidden",
    "<td>",
    "<a href=",
]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour,</p><p>Le <b>serveur</b> ne<br>répond plus.</p>", "Bonjour,\n\nLe serveur ne\nrépond plus."),
        ("<div>un</div><div><br></div><div>deux</div>", "un\n\ndeux"),
        ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
        ("<table><tr><td><p>a</p></td>\n<td><p>b</p></td></tr><tr><td><p>c</p></td></tr></table>d", "a b\nc\n\nd"),
        ("<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\nc"),
        ("<table><tr><td><table><tr><td>a</td></tr><tr><td>b</td></tr></table></td><td>c</table>", "a\nb\nc"),
        ("<table><tr><th>Nom : </th><td>Jean</td></tr></table>", "Nom : Jean"),
        ("<ol><li><p>a</p><li>b<ul><li>c</ul></ol>", "1. a\n2. b\n  - c"),
        ("<table><tr><td>a</td><td><ul><li>b<li>c</ul></td></tr></table>", "a\n- b\n- c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<hr>b", f"a\n\n{'-' * 32}\nb"),
        ("<blockquote>q<blockquote>r</blockquote></blockquote>s", "> q\n>\n>> r\n\ns"),
        ("&eacute;t&eacute; &lt;b&gt; &#8364;", "été <b> €"),
        ('<a href="https://x.example/a">ici</a>', "ici <https://x.example/a>"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="javascript:alert(1)">ici</a>', "ici"),
        ("<head><title>t</title><style>p{}</style></head><script>x</script>y<!-- z -->", "y"),
        ('a<span style="display: none">b</span><div hidden>c</div>', "a"),
        ("Jean <jean@x.example> 3 < 4", "Jean <jean@x.example> 3 < 4"),
        ('<i aria-hidden="true">a</i><i title="some hidden words">b</i><i hidden="">c</i>', "ab"),
        (
            '<a href="mailto:j@x.example">j@x.example</a>, <a href="https://x.example/a"><b>ici</b></a>',
            "j@x.example, ici <https://x.example/a>",
        ),
        ("<!--[if mso]>a<![endif]--><![if !mso]>b<![endif]>&nbsp;c", "b\u00a0c"),
        ('a<blockquote style="margin:0 0 0 40px;border:none">b</blockquote>', "a\n\nb"),
        ("a<o:p></o:p><!-- never closed", "a never closed"),
        ("", ""),
    ],
)
def test_html_reads_like_a_plain_mail(html: str, text: str) -> None:
    """What the eye sees, and nothing that is hidden from it."""
    assert read(html).whole == text


@pytest.mark.parametrize(
    "mark",
    [
        '<div id="divRplyFwdMsg">',
        '<div id="appendonsend">',
        '<div class="yahoo_quoted">',
        '<span id="OLK_SRC_BODY_SECTION">',
    ],
)
def test_own_words_end_where_the_mail_program_marked_the_answered_mail(mark: str) -> None:
    """In any language, because no words are looked at."""
    reading = read(f"<p>Merci</p><hr>{mark}Cualquier cosa: <b>x</b></div><p>viejo</p>")
    assert reading.own.splitlines()[0] == "Merci"
    assert "viejo" not in reading.own
    assert "viejo" in reading.whole


WORDS_BLOCK = (
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    "<p><b>Sendandi:</b> Desk<br><b>Sent:</b> x<br><b>Til:</b> Jean<br><b>Efni:</b> Panne</p></div>"
)
GMAILS_LINE = '<div class="gmail_quote"><div class="gmail_attr">E, 2. märts 2026 kell 10:02 Desk kirjutas:<br></div>'


def test_words_header_block_ends_the_own_words_in_any_language() -> None:
    """The line above it is known, and the fields below it are counted; the line alone is only a line."""
    assert read(f"<p>Merci</p>{WORDS_BLOCK}<p>vieux</p>").own == "Merci"
    line = WORDS_BLOCK.partition(">")[0]
    assert read(f"<p>Merci</p>{line}><p>suite</p></div>").own == "Merci\n\nsuite"


@pytest.mark.parametrize(
    "line", [GMAILS_LINE, '<div><div class="moz-cite-prefix">Dana 2.3.2026. Desk je napisao:</div>']
)
def test_a_marked_quote_goes_when_nothing_stands_behind_it(line: str) -> None:
    """In any language; what is answered between or under the quotes is left for the words to tell."""
    quote = "<blockquote>vieux</blockquote>"
    assert read(f"<p>Merci</p>{line}{quote}</div>").own == "Merci"
    assert "suite" in read(f"<p>Merci</p>{line}{quote}<p>suite</p></div>").own
    assert "Ici" in read(f"<p>Merci</p>{line}{quote}<p>Ici</p>{quote}</div>").own


def test_a_marked_forward_is_no_answer() -> None:
    """Gmail marks both alike, but quotes only what is answered."""
    fields = "---------- Forwarded message ---------<br>De : x<br>Date: y<br>Subject: z<br>To: w<br>"
    page = f'<p>Voir</p><div class="gmail_quote"><div class="gmail_attr">{fields}</div>demande'
    assert read(f"{page}</div>").own == read(f"{page}</div>").whole
    assert "demande" in read(f"{page}<blockquote>citée</blockquote></div>").own


def test_a_quote_that_somebody_made_by_hand_stays() -> None:
    """An error message, put into quotes with the program's own button."""
    page = '<p>Voici :</p><blockquote class="gmail_quote" type="cite">Erreur 500</blockquote>'
    assert read(page).own == "Voici :\n\n> Erreur 500"


def test_without_own_words_above_the_mark_everything_is_own() -> None:
    """Outlook forwards look exactly like that."""
    assert "demande" in read('<div id="divRplyFwdMsg">De : x</div><p>demande</p>').own


@pytest.mark.parametrize("piece", ["<div>", "<div></x>", "<div><!--</div>-->", "<blockquote>", "<b><i>"])
def test_hostile_depth_is_counted_before_a_parser_sees_it(piece: str) -> None:
    """HTML parsers are quadratic in depth, and closing tags can be faked (hazards M13)."""
    markup = simplify(piece * 2000)
    assert markup.depth >= 2000
    assert read(piece * 2000 + "words").whole.endswith("words")


@pytest.mark.parametrize("piece", ["<p>x", "<br>", "<td>x"])
def test_too_finely_cut_a_page_keeps_its_words_only(piece: str) -> None:
    """A hundred thousand paragraphs are no page, and cost more than their words (hazards M13)."""
    assert simplify(piece * 100_000).tags == 100_000
    assert read(piece * 100_000 + "fin").whole.endswith("fin")


@pytest.mark.parametrize(
    "piece", ["<a ", "<!--", "a<b ", '<a "', "<!", "<style>", "<", "&", "<td>", "</p>", "<p><b>", "<a href='"]
)
def test_hostile_markup_of_any_size_is_read(piece: str) -> None:
    """Each of these took some parser seconds to minutes; the pytest timeout is the only clock here."""
    read(piece * (300_000 // len(piece)))


@pytest.mark.parametrize(
    "inside", ["1" * 5000, "1" * 4301 + ";", "0" * 9999 + "65;", "<i>" + "1" * 3999 + "</i>" + "1" * 999]
)
def test_a_characters_number_may_be_endless(inside: str) -> None:
    """Python reads no number of more than 4300 digits, and the mail around one is still a mail (hazards A11)."""
    assert read(f"<p>Bonjour,<p>le serveur &#{inside} est en panne.").own.startswith("Bonjour,\n\nle serveur ")
    deep = "<div>" * 500
    assert "en panne" in read(f"{deep}le serveur &#{inside} est en panne.").own


def test_what_is_no_tag_to_the_counter_is_none_to_the_parser() -> None:
    """Otherwise an attribute could hide an element from the count."""
    assert simplify('<div a="</div>">').html == '&lt;div a="</div>">'


def test_formatting_elements_never_reach_the_parser() -> None:
    """It would rebuild all of them in every paragraph."""
    assert simplify("<b><font size=2><p>x").html == "<span><span><p>x"


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_pieces_of_html_are_read(pieces: list[str]) -> None:
    """Total."""
    read("".join(pieces))


@given(st.text())
def test_any_text_is_html(text: str) -> None:
    """Total, here too."""
    read(text)
