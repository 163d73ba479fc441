"""Which parts of a mail are its words, and which are files beside them.

Of alternatives the plain one is read, unless it is empty, or has a command that stands in no other: nobody sees that
one while they write, and a program may put into it what is hidden in the HTML (hazards A27). Of related parts the first
is read; of mixed ones every text that has no file name. A message inside a message is a file: its words are not the
sender's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailgate.core.words import fold
from mailgate.mail import html, limits
from mailgate.mail.lines import command_line
from mailgate.mail.parts import Part, leaves
from mailgate.mail.text import clean_text

_READABLE = ("text/plain", "text/html", "text/enriched", "text/markdown")
_QUOTE_MARKS = re.compile(r">*")


@dataclass(frozen=True, slots=True)
class Body:
    """`whole` is all the readable text; `own` the same without what a mail program marked, by its HTML, as the
    mail being answered. `shown` are the leaves it was read from or stands for; what remains are attachments."""

    whole: str
    own: str
    shown: frozenset[Part]
    cut: bool = False


def read_body(mail: Part) -> Body:
    """The words of a mail. A mail without any has the first text that somebody forgot to call an attachment.

    The cap is on all its parts together; those beyond it are files."""
    chosen = list(_chosen(mail)) or _forgotten(mail)
    texts = list(_within_cap(chosen))
    readings = [_words(part, clean_text(text)) for part, text in texts]
    whole = _capped("\n".join(whole for whole, _ in readings))
    marked = any(whole != own for whole, own in readings)
    own = _capped("\n".join(own for _, own in readings)) if marked else whole
    shown = frozenset((*(part for part, _ in texts), *_stood_for(mail)))
    cut = sum(len(text) for _, text in texts) >= limits.TEXT_CHARS
    return Body(whole, own, shown, cut)


def unflow(text: str, delete_space: bool) -> str:
    """Join the lines that format=flowed broke (RFC 3676 §4): those that end in a space, within one depth of quotes."""
    return "\n".join(_joined_lines(text.split("\n"), delete_space))


def _within_cap(parts: Iterable[Part]) -> Iterator[tuple[Part, str]]:
    """The parts that are read, each with its text."""
    room = limits.TEXT_CHARS
    for part in parts:
        text = part.text()[:room]
        yield part, text
        room -= len(text)
        if not room:
            return


def _chosen(part: Part) -> Iterator[Part]:
    """The leaves that are read."""
    if part.content_type == "multipart/alternative":
        yield from _best(part.children)
    elif part.content_type == "multipart/related":
        yield from _chosen(part.children[0])
    elif part.children:
        for child in part.children:
            yield from _chosen(child)
    elif _is_words(part):
        yield part


def _best(alternatives: Iterable[Part]) -> list[Part]:
    """The first plain alternative that says something, else the first HTML one, else whatever there is."""
    readings = [list(_chosen(child)) for child in alternatives]
    full = [reading for reading in readings if any(map(_says_something, reading))]
    plain = [reading for reading in full if all(part.content_type != "text/html" for part in reading)]
    shown = [reading for reading in full if reading not in plain]
    if plain and shown and not _commands_in(plain[0]) <= _commands_in(shown[0]):
        return shown[0]
    return next(iter(plain or full or readings), [])


def _commands_in(parts: Iterable[Part]) -> Counter[str]:
    """The lines that look like commands, without blanks, case and accents, and how often each stands there."""
    texts = [(part, text) for part, text in _within_cap(parts) if "#" in text or "＃" in text]
    lines = (line for part, text in texts for line in _words(part, clean_text(text))[0].split("\n"))
    found = (command_line(line[: limits.LINE_CHARS]) for line in lines)
    return Counter("".join(fold(f"{one.word}{one.argument}").split()) for one in found if one is not None)


def _says_something(part: Part) -> bool:
    begin = part.block.body
    return bool(part.raw[begin : min(part.end, begin + limits.TEXT_CHARS)].strip())


def _is_words(part: Part) -> bool:
    return part.content_type in _READABLE and part.disposition.word != "attachment" and not part.given_name


def _forgotten(mail: Part) -> list[Part]:
    """A named text may still be the body of a mail that has no other."""
    texts = (leaf for leaf in leaves(mail) if leaf.content_type in _READABLE)
    return [leaf for leaf in texts if leaf.disposition.word != "attachment"][:1]


def _stood_for(part: Part) -> Iterator[Part]:
    """The words of every alternative: those that were not chosen say the same, so they are no files either."""
    if part.content_type == "multipart/alternative":
        yield from (leaf for leaf in leaves(part) if _is_words(leaf))
        return
    for child in part.children:
        yield from _stood_for(child)


def _words(part: Part, text: str) -> tuple[str, str]:
    """All the words of a leaf, and those above what its HTML marks as the mail being answered."""
    if part.content_type == "text/html":
        reading = html.read(text)
        return reading.whole, reading.own
    if part.kind.get("format").lower() == "flowed":
        text = unflow(text, part.kind.get("delsp").lower() == "yes")
    return text, text


def _capped(text: str) -> str:
    return clean_text(text)[: limits.TEXT_CHARS].strip("\n")


def _joined_lines(lines: list[str], delete_space: bool) -> Iterator[str]:
    run: list[str] = []
    depth = 0
    for line in lines:
        marks = _QUOTE_MARKS.match(line)
        here = marks.end() if marks else 0
        content = line[here:].removeprefix(" ")
        if run and (here != depth or content == "-- "):
            yield _flowed(depth, run)
            run = []
        depth = here
        soft = content.endswith(" ") and content != "-- "
        run.append(content[:-1] if soft and delete_space else content)
        if not soft:
            yield _flowed(depth, run)
            run = []
    if run:
        yield _flowed(depth, run)


def _flowed(depth: int, run: list[str]) -> str:
    text = "".join(run)
    return f"{'>' * depth} {text}" if depth else text
