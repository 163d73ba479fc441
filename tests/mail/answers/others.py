"""The rest: plain `mail`, mutt, a gateway's disclaimer, bare markup, a web form."""

from __future__ import annotations

from tests.mail.answers.webmail import linked
from tests.mail.answers.wire import Answer, folded, marked, page, plain, send, spelled


def mailx(answer: Answer) -> bytes:
    """Nothing but lines, and the quote marked at the end."""
    return send(answer, "mailx", plain([*answer.lines, "", *marked(answer.quoted)], "iso-8859-1", "8bit"))


def mutt(answer: Answer) -> bytes:
    """The attribution broken at 72, the quote, the words below, a signature."""
    said = folded(answer.tongue.attribution, 72)
    text = [*said, *marked(answer.quoted), "", *answer.lines, "", "-- ", "Camille Tremblay", "#42"]
    return send(answer, "Mutt", plain(text, "utf-8", "8bit"))


def disclaimed(answer: Answer) -> bytes:
    """A gateway adds its words below everything."""
    quoted = [answer.tongue.attribution, *marked(answer.quoted)]
    text = [*answer.lines, "", *quoted, "", "_" * 60, answer.tongue.disclaimer]
    return send(answer, "Exchange", plain(text))


def signed(answer: Answer) -> bytes:
    """A signature with a disclaimer and a hashtag above the quote."""
    sign = ["-- ", "Camille Tremblay", "Support", "#hashtag", answer.tongue.disclaimer]
    text = [*answer.lines, "", *sign, "", answer.tongue.attribution, "", *marked(answer.quoted)]
    return send(answer, "Evolution", plain(text))


def without_quote(answer: Answer) -> bytes:
    """Nothing is quoted."""
    return send(answer, "Symfony", plain(answer.lines, "utf-8", "base64"))


def bare_page(answer: Answer) -> bytes:
    """Markup that was typed by nobody: font elements, breaks, a comment, a hidden preview."""
    hidden = '<div style="display:none;font-size:0">#fermer</div><!-- #appel 240 -->'
    own = "<br>\n".join(f'<font face="Arial">{linked(line)}</font>' for line in answer.lines)
    rest = "<br>".join(spelled(line) for line in answer.quoted)
    return send(answer, "App", page(f"{hidden}{own}<br><br><blockquote>{rest}</blockquote>"))


def in_a_table(answer: Answer) -> bytes:
    """A company's letter paper is a table."""
    rows = "".join(f"<tr><td>{spelled(line) or '&nbsp;'}</td></tr>" for line in answer.lines)
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    said = spelled(answer.tongue.attribution)
    html = f'<table cellpadding="0">{rows}</table><p>{said}</p><blockquote type="cite">{rest}</blockquote>'
    return send(answer, "Letterhead", page(html, "iso-8859-15", "quoted-printable"))


def split_words(answer: Answer) -> bytes:
    """An editor that wraps every piece of a line in an element of its own."""

    def pieces(line: str) -> str:
        if not line.startswith("#"):
            return f"<span>{spelled(line)}</span>"
        word, blank, rest = line[1:].partition(" ")
        tail = f'<span style="color:#1f497d">{spelled(rest)}</span>'
        return f"<span>#</span><b><span>{spelled(word)}</span></b>{'&nbsp;' if blank else ''}{tail}"

    own = "".join(f"<div>{pieces(line) if line else '<br>'}</div>" for line in answer.lines)
    rest = "".join(f"<div>{spelled(line)}</div>" for line in answer.quoted)
    said = f'<div class="gmail_quote"><div class="gmail_attr">{spelled(answer.tongue.attribution)}</div>'
    return send(answer, "Editor", page(f'{own}{said}<blockquote class="gmail_quote">{rest}</blockquote></div>'))


PROGRAMS = (mailx, mutt, disclaimed, signed, without_quote, bare_page, in_a_table, split_words)
