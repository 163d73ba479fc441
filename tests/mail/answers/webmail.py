"""Mail in a browser: Outlook, Gmail, Proton, Zimbra, SOGo, Roundcube, Yahoo."""

from __future__ import annotations

import re
from urllib.parse import quote

from tests.mail.answers.desktops import divisions
from tests.mail.answers.wire import Answer, flowed, marked, page, plain, send, spelled

_TAG = re.compile(r"(#\w+)(.*)")


def linked(line: str) -> str:
    """A command whose word the program took for a hashtag, in HTML."""
    found = _TAG.fullmatch(line)
    return spelled(line) if found is None else f'<a href="{_target(found[1])}">{found[1]}</a>{spelled(found[2])}'


def spelled_out(line: str) -> str:
    """The same in the plain part."""
    found = _TAG.fullmatch(line)
    return line if found is None else f"{found[1]}<{_target(found[1])}>{found[2]}"


def _target(tag: str) -> str:
    return f"https://www.example.com/hashtag/{quote(tag[1:])}"


def outlook_web(answer: Answer) -> bytes:
    """Divisions, linked hashtags, and its own marks above what is answered."""
    own = "".join(f'<div class="elementToProof">{linked(line) or "<br>"}</div>' for line in answer.lines)
    fields = "<br>".join(f"<b>{spelled(line)}</b>" for line in answer.tongue.block())
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    marks = '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
    html = f'{own}{marks}<div id="divRplyFwdMsg" dir="ltr">{fields}</div>{rest}'
    text = [*map(spelled_out, answer.lines), "", "_" * 32, *answer.tongue.block(), "", *answer.quoted]
    return send(answer, "OWA", plain(text, "utf-8", "base64"), page(html))


def outlook_web_html(answer: Answer) -> bytes:
    """The same as HTML alone, the first blanks of a command and of an empty line no-break ones."""
    lines = [line.replace(" ", "\u00a0", 2) if line.startswith("#") else line for line in answer.lines]
    own = "".join(f"<div>{linked(line) or '&nbsp;'}</div>" for line in lines)
    fields = "<br>".join(f"<b>{spelled(line)}</b>" for line in answer.tongue.block())
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    return send(answer, "OWA", page(f'{own}<div id="divRplyFwdMsg" dir="ltr">{fields}</div>{rest}', how="base64"))


def gmail(answer: Answer) -> bytes:
    """Plain text that is marked, HTML with its classes."""
    text = [*answer.lines, "", answer.tongue.attribution, "", *marked(answer.quoted)]
    return send(answer, "Gmail", plain(text), page(gmail_page(answer)))


def gmail_html(answer: Answer) -> bytes:
    """HTML alone, as add-ons send it."""
    return send(answer, "Gmail", page(gmail_page(answer), how="base64"))


def gmail_wrapped(answer: Answer) -> bytes:
    """Its plain part breaks the attribution before the address; bold becomes asterisks."""
    name, _, address = answer.tongue.attribution.rpartition(" <")
    own = [f"*{line}*" if line.startswith("#") else line for line in answer.lines]
    text = [*own, "", name, f"<{address}", "", *marked(answer.quoted)]
    return send(answer, "Gmail", plain(text, "utf-8", "base64"), page(gmail_page(answer, bold=True)))


def gmail_page(answer: Answer, bold: bool = False) -> str:
    """The HTML of Gmail."""
    begin, end = ("<b>", "</b>") if bold else ("", "")
    lines = [f"{begin}{spelled(line)}{end}" if line.startswith("#") else spelled(line) for line in answer.lines]
    own = "".join(f"<div>{line or '<br>'}</div>" for line in lines)
    said = f'<div dir="ltr" class="gmail_attr">{spelled(answer.tongue.attribution)}<br></div>'
    rest = "<br>".join(spelled(line) for line in answer.quoted)
    quote = f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid">{rest}</blockquote>'
    return f'<div dir="ltr">{own}</div><br><div class="gmail_quote gmail_quote_container">{said}{quote}</div>'


def proton(answer: Answer) -> bytes:
    """HTML alone, with a signature of its own above what is answered."""
    own = "".join(f'<div style="font-family:Arial">{spelled(line) or "<br>"}</div>' for line in answer.lines)
    sign = f'<div class="protonmail_signature_block"><br><div>{spelled(answer.tongue.from_proton)}</div></div>'
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    quote = (
        f'<div class="protonmail_quote">{spelled(answer.tongue.attribution)}<br>'
        f'<blockquote class="protonmail_quote" type="cite">{rest}</blockquote></div>'
    )
    return send(answer, "Proton", page(f"{own}{sign}{quote}"))


def proton_plain(answer: Answer) -> bytes:
    """The same as plain text."""
    below = ["", answer.tongue.from_proton, "", answer.tongue.attribution, "", *marked(answer.quoted)]
    return send(answer, "Proton", plain([*answer.lines, *below]))


def zimbra(answer: Answer) -> bytes:
    """A rule with an id, the block in bold; plain text beside it, under another rule."""
    fields = "".join(f"<b>{spelled(line)}</b><br>" for line in answer.tongue.block())
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    own = f'<div style="font-family:arial">{divisions(answer)}</div>'
    rule = '<hr id="zwchr" data-marker="__DIVIDER__">'
    html = f'{own}<div><br></div>{rule}<div data-marker="__HEADERS__">{fields}</div>{rest}'
    dashes = f"----- {answer.tongue.original} -----"
    text = [*answer.lines, "", dashes, *answer.tongue.block(), "", *answer.quoted]
    return send(answer, "Zimbra 9", plain(text), page(html))


def sogo(answer: Answer) -> bytes:
    """Base64, the attribution above a quote; HTML alone."""
    rest = "<br>".join(spelled(line) for line in answer.quoted)
    own = "<br>".join(spelled(line) for line in answer.lines)
    said = spelled(answer.tongue.attribution)
    html = f'{own}<br><br>{said}<br><blockquote type="cite" cite="1001@example.com">{rest}</blockquote>'
    return send(answer, "SOGoMail 5.11", page(html, how="base64"))


def roundcube(answer: Answer) -> bytes:
    """Flowed text in ISO-8859-1 where it fits."""
    text = [*(line.rstrip(" ") for line in answer.lines), "", answer.tongue.dated, *marked(answer.quoted)]
    return send(answer, "Roundcube Webmail", flowed(text, "iso-8859-1"))


def yahoo(answer: Answer) -> bytes:
    """What is answered in a box with a class."""
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    box = f'<div class="yahoo_quoted"><div>{spelled(answer.tongue.attribution)}</div>{rest}</div>'
    return send(answer, "YMail", page(f'<div class="ydp1yahoo-style-wrap">{divisions(answer)}</div><br>{box}'))


PROGRAMS = (
    outlook_web,
    outlook_web_html,
    gmail,
    gmail_html,
    gmail_wrapped,
    proton,
    proton_plain,
    zimbra,
    sogo,
    roundcube,
    yahoo,
)
