"""Outlook, Apple Mail and Thunderbird at a desk."""

from __future__ import annotations

from tests.mail.answers.said import Block
from tests.mail.answers.wire import Answer, flowed, marked, page, plain, send, spelled

WORD_BLOCK = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"


def outlook_windows(answer: Answer) -> bytes:
    """Word's HTML beside plain text; cp1252, and the header block of the mail that is answered."""
    quoted = [*(answer.tongue.block()), "", *answer.quoted]
    text = [*answer.lines, "", "Camille Tremblay", "", *quoted]
    return send(answer, "Outlook 16", plain(_unsigned(text), "windows-1252"), page(_word(answer), "windows-1252"))


def outlook_windows_rich(answer: Answer) -> bytes:
    """The same as HTML alone."""
    return send(answer, "Outlook 16", page(_word(answer), "windows-1252", "base64"))


def outlook_windows_list(answer: Answer) -> bytes:
    """Word makes a list of lines with commands."""
    return send(answer, "Outlook 16", page(_word(answer, bullets=True), "windows-1252"))


def outlook_windows_plain(answer: Answer) -> bytes:
    """Plain text in ISO-8859-1, under the rule of the mail that is answered."""
    rule = f"-----{answer.tongue.original}-----"
    return send(answer, "Outlook 16", plain([*answer.lines, "", rule, *answer.tongue.block(), "", *answer.quoted],
                "iso-8859-1", "8bit"))  # fmt: skip


def outlook_mac(answer: Answer) -> bytes:
    """HTML alone; each line a paragraph of Word's, the date in the block called so."""
    labels = "<br>".join(f"<b>{spelled(line)}</b>" for line in answer.tongue.block(dated=True))
    block = f'<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>{labels}</p></div>'
    own = "<p class=MsoNormal><o:p>&nbsp;</o:p></p>".join(_paragraphs(block_) for block_ in answer.blocks)
    rest = "".join(f"<p class=MsoNormal>{spelled(line)}</p>" for line in answer.quoted)
    return send(answer, "Outlook for Mac", page(f"<div class=WordSection1>{own}{block}{rest}</div>"))


def apple_mail(answer: Answer) -> bytes:
    """Plain text of macOS: flowed, the attribution above marked lines."""
    quoted = [answer.tongue.attribution, "", *marked(answer.quoted)]
    return send(answer, "Apple Mail (2.3826)", flowed([*_trimmed(answer), "", *quoted], "utf-8", "quoted-printable"))


def apple_mail_rich(answer: Answer) -> bytes:
    """HTML of macOS, each line a <div>, with hashtags that a data detector linked."""
    quoted = "".join(f"<div>{spelled(line) or '<br>'}</div>" for line in answer.quoted)
    cite = (
        f'<blockquote type="cite"><div>{spelled(answer.tongue.attribution)}</div>'
        f'<br class="Apple-interchange-newline">{quoted}</blockquote>'
    )
    return send(answer, "Apple Mail (2.3826)", page(f"{divisions(answer)}<div><br>{cite}</div>", how="7bit"))


def thunderbird(answer: Answer) -> bytes:
    """Flowed text above the quote, and a signature below it."""
    below = ["", answer.tongue.dated, *marked(answer.quoted), "", "-- ", "Camille Tremblay", "Support #1"]
    return send(answer, "Thunderbird 128", flowed([*_trimmed(answer), *below]))


def thunderbird_below(answer: Answer) -> bytes:
    """The answer below the quote, as Thunderbird begins."""
    above = [answer.tongue.dated, *marked(answer.quoted), ""]
    return send(answer, "Thunderbird 128", flowed([*above, *_trimmed(answer), "-- ", "Camille Tremblay", "#support"]))


def thunderbird_rich(answer: Answer) -> bytes:
    """Paragraphs in HTML beside plain text."""
    own = "".join(f"<p>{'<br>'.join(map(spelled, block))}</p>" for block in answer.blocks)
    quoted = "".join(f"<p>{spelled(line)}</p>" for line in answer.quoted)
    html = (
        f'{own}<div class="moz-cite-prefix">{spelled(answer.tongue.dated)}<br></div>'
        f'<blockquote type="cite" cite="mid:1001@example.com">{quoted}</blockquote>'
        '<div class="moz-signature">-- <br>Camille Tremblay</div>'
    )
    text = [*answer.lines, "", answer.tongue.dated, *marked(answer.quoted), "-- ", "Camille Tremblay"]
    return send(answer, "Thunderbird 128", plain(text, "utf-8", "8bit"), page(html, how="8bit"))


def divisions(answer: Answer) -> str:
    """Each line a <div>, an empty one with a break."""
    return "".join(f"<div>{spelled(line) or '<br>'}</div>" for line in answer.lines)


def _word(answer: Answer, bullets: bool = False) -> str:
    own = "<p class=MsoNormal><o:p>&nbsp;</o:p></p>".join(_paragraphs(block, bullets) for block in answer.blocks)
    fields = "<br>".join(f"<b>{spelled(line)}</b>" for line in answer.tongue.block())
    block = f'<div><div style="{WORD_BLOCK}"><p class=MsoNormal>{fields}<o:p></o:p></p></div></div>'
    rest = "".join(f"<p class=MsoNormal>{spelled(line)}<o:p></o:p></p>" for line in answer.quoted)
    return f"<div class=WordSection1>{own}{block}{rest}</div>"


def _paragraphs(block: Block, bullets: bool = False) -> str:
    """A command is a paragraph of its own; other lines of a block are broken by hand."""
    bullet = "<span style='mso-list:Ignore'>·<span style='font:7.0pt'>&nbsp;&nbsp;&nbsp; </span></span>"
    commands = [spelled(line) for line in block if "#" in line[:3]]
    words = [spelled(line) for line in block if "#" not in line[:3]]
    paragraphs = [f"{bullet if bullets else ''}{line}" for line in commands] + (["<br>".join(words)] if words else [])
    return "".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>" for line in paragraphs)


def _trimmed(answer: Answer) -> list[str]:
    """A blank at the end of a line would say that it goes on."""
    return [line.rstrip(" ") for line in answer.lines]


def _unsigned(lines: list[str]) -> list[str]:
    """Without the name: nothing tells it from the words."""
    return [line for line in lines if line != "Camille Tremblay"]


PROGRAMS = (
    outlook_windows,
    outlook_windows_rich,
    outlook_windows_list,
    outlook_windows_plain,
    outlook_mac,
    apple_mail,
    apple_mail_rich,
    thunderbird,
    thunderbird_below,
    thunderbird_rich,
)
