"""How the demo looks: numbered steps and framed mails, never wider than a terminal of 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from mailgate.cli.demo.postbox import Arrived
from mailgate.cli.output import plain

WIDTH = 98
INDENT = "   "


def heading(number: int, title: str) -> str:
    """The line that a step begins with."""
    return f"\n{number}. {title}"


def said(lines: Iterable[str]) -> str:
    """Indented lines, the long ones cut: output of a command, or an SMTP dialogue."""
    return "\n".join(f"{INDENT}{_cut(plain(line), WIDTH - len(INDENT))}" for line in lines)


def framed(mail: Arrived, most: int = 40) -> str:
    """A mail as its reader sees it: the headers that matter and the text part, its first `most` lines."""
    headers = (("From", mail.sender), ("To", mail.to), ("Reply-To", mail.reply_to), ("Subject", mail.subject))
    top = [f"{name}: {value}" for name, value in headers if value]
    return frame((*top, "", *shortened(mail.text.strip().splitlines(), most)))


def shortened(lines: Sequence[str], most: int) -> Iterator[str]:
    """The first `most` lines, and how many there are beyond."""
    yield from lines[:most]
    if len(lines) > most:
        yield f"… and {len(lines) - most} more lines"


def frame(lines: Iterable[str]) -> str:
    """Lines in a box that is open to the right, so that nothing has to be padded."""
    inside = _wrapped("\n".join(lines), WIDTH - len(INDENT) - 2)
    rule = "─" * 40
    return "\n".join((f"{INDENT}┌{rule}", *(f"{INDENT}│ {line}".rstrip() for line in inside), f"{INDENT}└{rule}"))


def _wrapped(text: str, columns: int) -> list[str]:
    lines: list[str] = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        lines += textwrap.wrap(plain(line), columns, subsequent_indent=indent, break_on_hyphens=False) or [""]
    return lines


def _cut(line: str, columns: int) -> str:
    return line if len(line) <= columns else line[: columns - 1] + "…"
