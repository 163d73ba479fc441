"""Mail on a telephone: iPhone, Outlook, Gmail, Samsung, K-9, FairEmail, BlackBerry."""

from __future__ import annotations

from tests.mail.answers.desktops import divisions
from tests.mail.answers.webmail import gmail_page, linked
from tests.mail.answers.wire import Answer, flowed, marked, page, plain, send, spelled


def iphone(answer: Answer) -> bytes:
    """Plain text with its words at the end, above the quote."""
    below = ["", answer.tongue.from_phone, "", f"> {answer.tongue.attribution}", "> ", *marked(answer.quoted)]
    return send(answer, "iPhone Mail (22B83)", plain([*answer.lines, *below]))


def iphone_rich(answer: Answer) -> bytes:
    """HTML; the attribution is in a quote of its own."""
    rest = "".join(f"<div>{spelled(line) or '<br>'}</div>" for line in answer.quoted)
    phone = f'<div dir="ltr"><br></div><div dir="ltr">{spelled(answer.tongue.from_phone)}</div>'
    said = f'<div dir="ltr"><br><blockquote type="cite">{spelled(answer.tongue.attribution)}<br><br></blockquote></div>'
    quote = f'<blockquote type="cite"><div dir="ltr">{rest}</div></blockquote>'
    return send(answer, "iPhone Mail (22B83)", page(f'<div dir="ltr">{divisions(answer)}</div>{phone}{said}{quote}'))


def outlook_phone(answer: Answer) -> bytes:
    """Its signature is a link; what is answered goes by an id."""
    sign = f'<a href="https://aka.ms/o0ukef">{spelled(answer.tongue.from_outlook)}</a>'
    fields = "<br>".join(f"<b>{spelled(line)}</b>" for line in answer.tongue.block())
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    html = (
        f'<div dir="ltr">{divisions(answer)}</div><div id="ms-outlook-mobile-signature"><div><br></div>{sign}</div>'
        f'<div id="mail-editor-reference-message-container"><div>{fields}</div>{rest}</div>'
    )
    return send(answer, "Outlook-iOS", page(html))


def outlook_phone_plain(answer: Answer) -> bytes:
    """Both parts; the plain one has the link spelled out, and a rule."""
    sign = f"{answer.tongue.from_outlook}<https://aka.ms/o0ukef>"
    text = [*answer.lines, "", sign, "_" * 32, *answer.tongue.block(), "", *answer.quoted]
    return send(answer, "Outlook-Android", plain(text, "windows-1252"), page(gmail_page(answer), "windows-1252"))


def gmail_android(answer: Answer) -> bytes:
    """The plain part breaks the attribution; divisions with a direction."""
    name, _, address = answer.tongue.attribution.rpartition(" <")
    text = [*answer.lines, "", name, f"<{address}", "", *marked(answer.quoted)]
    html = gmail_page(answer).replace('<div dir="ltr">', '<div dir="auto">', 1)
    return send(answer, "Gmail Android", plain(text, "utf-8", "base64"), page(html))


def gmail_ios(answer: Answer) -> bytes:
    """Paragraphs of divisions, HTML alone, no-break blanks as entities."""
    html = gmail_page(answer).replace("<div>", '<div dir="auto">')
    return send(answer, "Gmail iOS", page(html, how="8bit"))


def samsung(answer: Answer) -> bytes:
    """HTML alone; its words, then the block under a rule of dashes."""
    own = "".join(f'<div dir="auto">{spelled(line) or "<br>"}</div>' for line in answer.lines)
    phone = f'<div id="composer_signature" dir="auto"><div>{spelled(answer.tongue.from_galaxy)}</div></div>'
    fields = "".join(f"<div>{spelled(line)}</div>" for line in answer.tongue.block(dated=True))
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    rule = f"<div>-------- {answer.tongue.original} --------</div>"
    html = f'{own}<div><br></div>{phone}<div><br></div><div align="left">{rule}{fields}</div><div><br></div>{rest}'
    return send(answer, "Samsung", page(html, how="base64"))


def samsung_plain(answer: Answer) -> bytes:
    """The same as plain text."""
    rule = f"-------- {answer.tongue.original} --------"
    below = ["", answer.tongue.from_galaxy, "", rule, *answer.tongue.block(dated=True), "", *answer.quoted]
    return send(answer, "Samsung", plain([*answer.lines, *below], "utf-8", "base64"))


def k9(answer: Answer) -> bytes:
    """Flowed text, the quote above its signature."""
    below = ["", answer.tongue.attribution, "", *marked(answer.quoted), "", "-- ", answer.tongue.from_k9]
    return send(answer, "K-9 Mail", flowed([*(line.rstrip(" ") for line in answer.lines), *below]))


def k9_signed(answer: Answer) -> bytes:
    """The signature above the quote."""
    below = ["-- ", answer.tongue.from_k9, "", answer.tongue.attribution, "", *marked(answer.quoted)]
    return send(answer, "K-9 Mail", plain([*answer.lines, *below], "utf-8", "8bit"))


def fairemail(answer: Answer) -> bytes:
    """HTML of lines with breaks, and the quote in a border; hashtags linked."""
    rest = "<br>".join(spelled(line) for line in answer.quoted)
    said = f"<p>{spelled(answer.tongue.attribution)}</p>"
    own = "<br>".join(linked(line) for line in answer.lines)
    return send(answer, "FairEmail", page(f'<div>{own}</div>{said}<blockquote type="cite">{rest}</blockquote>'))


def blackberry(answer: Answer) -> bytes:
    """An old telephone: short header block under a rule, US-ASCII where it can."""
    rule = f"-----{answer.tongue.original}-----"
    below = [
        "",
        "Sent from my BlackBerry 10 smartphone.",
        "",
        rule,
        *answer.tongue.block(dated=True),
        "",
        *answer.quoted,
    ]
    return send(answer, "BlackBerry", plain([*answer.lines, *below], "us-ascii", "7bit"))


PROGRAMS = (
    iphone,
    iphone_rich,
    outlook_phone,
    outlook_phone_plain,
    gmail_android,
    gmail_ios,
    samsung,
    samsung_plain,
    k9,
    k9_signed,
    fairemail,
    blackberry,
)
