"""What a person wrote now, without the mail they answer. When in doubt, more is kept rather than less.

A forward is never cut: for a help desk the forwarded mail is the request. Words between quotes are kept with the
quotes that give them a meaning. Our own marker line ends everything, in any language and any mail program; where it is
itself quoted, every quote goes: that mail of ours was for its reader only, and the answer may go to the customer.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

from mailgate.core.subjects import FORWARDED, REPLY
from mailgate.mail import limits
from mailgate.mail.kinds import Kind
from mailgate.mail.letterhead import letterheads, sender_in
from mailgate.mail.marks import MARKER, classify, unquoted
from mailgate.mail.signature import find_signatures, is_trailing

__all__ = ["MARKER", "Nature", "Split", "nature_of", "others_from", "split"]


class Nature(Enum):
    """What the subject of a mail says it is; it decides only when nothing stands above the other's words."""

    REPLY = auto()
    FORWARD = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Split:
    """`new` is what the person wrote; `rest` the lines left out, in order. `forward` is the line of the whole text in
    which a mail that is passed on begins, None when none is."""

    new: str
    rest: str
    forward: int | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """The indexes of the lines that are new, and of the one in which a forward begins."""

    lines: list[int]
    forward: int | None = None


_OTHERS = (Kind.MARKER, Kind.ORIGINAL, Kind.HEADERS, Kind.FORWARD, Kind.ANNOUNCED)
_BOUNDARIES = (*_OTHERS, Kind.ATTRIBUTION)
_UNMARKED = (Kind.ORIGINAL, Kind.HEADERS)
_THEIRS = (*_UNMARKED, Kind.FORWARD, Kind.ANNOUNCED, Kind.ATTRIBUTION)
_NOT_OWN = (*_BOUNDARIES, Kind.QUOTE)
_WORDS = (*_BOUNDARIES, Kind.TEXT, Kind.QUOTE)
_MOST_BARE_ATTRIBUTIONS = 10
_MOST_LINES_TO_ATTRIBUTION = 10
_SHOWS = re.compile(r"[^0-9@<>]*\w\s?:\s*")
_MOST_LINES_TO_LETTERHEAD = 15
_MOST_PREFIXES = 5


def nature_of(subject: str) -> Nature:
    """The nature that the first prefix of a subject tells ("RE: TR: …" is a reply). "[#1042] TR: …" tells nothing:
    the prefix is part of a ticket's subject."""
    if REPLY.match(subject):
        return Nature.REPLY
    return Nature.FORWARD if FORWARDED.match(subject) else Nature.UNKNOWN


def without_prefixes(subject: str) -> str:
    """A subject without what forwarding put before it."""
    for _ in range(_MOST_PREFIXES):
        found = FORWARDED.match(subject)
        if found is None:
            break
        subject = subject[found.end() :].strip().removesuffix("]" if found["bracket"] else "")
    return subject


def split(text: str, nature: Nature = Nature.UNKNOWN, people: Collection[str] | None = None) -> Split:
    """Separate the new text from what it answers; linear in the length of `text`.

    `people` are the addresses (lower case) that a mail within a thread is from and to: whoever answers writes to the
    author, so what none of them wrote is passed on. None: it is in no thread, or nobody knows."""
    lines = text.replace("\r\n", "\n").split("\n", limits.QUOTE_LINES)
    kinds = classify(lines)
    if nature is Nature.FORWARD:
        return Split(text, "", _theirs(lines, kinds))
    find_signatures(lines, kinds)
    found = _kept(lines, kinds, nature, people)
    kept = _without_ours(lines, kinds, found.lines)
    if found.forward is None:
        kept = _without_signatures(lines, kinds, kept, nature)
    left_out = sorted(set(range(len(lines))) - set(kept))
    return Split(_text(lines, kept), _text(lines, left_out), found.forward)


def _theirs(lines: list[str], kinds: list[Kind]) -> int | None:
    """Where the mail inside a forward begins, which may be quoted from its first line on."""
    head = next(letterheads(lines[: limits.QUOTE_LINES]), None)
    found = (_find(kinds, _THEIRS, 0), head.start if head else None)
    return min((index for index in found if index is not None), default=None)


def others_from(lines: list[str]) -> int:
    """The index of the first line from which on somebody else speaks, forwarded or answered; `len(lines)`: nowhere.

    Quotes that are marked as such, between one's own words, don't count."""
    kinds = classify(lines)
    for index, kind in enumerate(kinds):
        if kind in _OTHERS or (kind is Kind.ATTRIBUTION and not _over_quotes(kinds, index)):
            return index
    return len(lines)


def _kept(lines: list[str], kinds: list[Kind], nature: Nature, people: Collection[str] | None) -> _Kept:
    """What is new, before signatures are looked at.

    An attribution with neither new words above it nor marked quotes below it is dropped, and what follows is looked at
    anew; not without end, so that this stays linear."""
    start = 0
    for _ in range(_MOST_BARE_ATTRIBUTIONS):
        first = _find(kinds, _BOUNDARIES, start)
        if first is None:
            break
        if _is_passed_on(lines, kinds, first, nature, people):
            return _Kept(list(range(start, len(lines))), first)
        if _says(kinds, start, first) or _bottom(kinds, first):
            return _Kept(_around(lines, kinds, start, first))
        if nature is Nature.REPLY or Kind.MARKER in kinds:
            return _Kept([])
        if kinds[first] is not Kind.ATTRIBUTION:
            return _Kept(list(range(start, len(lines))), first)
        start = _after_attribution(kinds, first)
    return _Kept(_without_last_quotes(lines, kinds, list(range(start, len(lines))), nature))


def _is_passed_on(
    lines: list[str], kinds: list[Kind], first: int, nature: Nature, people: Collection[str] | None
) -> bool:
    """Whether the boundary `first` begins a mail that is passed on: it is announced as such, or nobody whom this mail
    is from or to wrote it, so that it cannot be the one that is answered."""
    if kinds[first] is Kind.FORWARD or (kinds[first] is Kind.ANNOUNCED and nature is Nature.UNKNOWN):
        return True
    unclear = kinds[first] is Kind.ANNOUNCED or (kinds[first] in _UNMARKED and nature is Nature.UNKNOWN)
    if not unclear or people is None or Kind.MARKER in kinds:
        return False
    under = lines[first : first + _MOST_LINES_TO_LETTERHEAD]
    sender = next((sender_in(under, head) for head in letterheads(under)), None)
    return sender is not None and _untagged(sender.mail) not in map(_untagged, people)


def _untagged(mail: str) -> str:
    """An address as one person has it, without what signed reply addresses add."""
    local, _, domain = mail.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _around(lines: list[str], kinds: list[Kind], start: int, first: int) -> list[int]:
    """Keep the new words above the boundary `first`, and what was written under or between the quotes below it.

    Quotes give words between them their meaning; one quote above all the words gives them none and is dropped."""
    above = list(range(start, first)) if _says(kinds, start, first) else []
    if not _bottom(kinds, first):
        quoted = lines[first].lstrip().startswith(">")
        return _without_last_quotes(lines, kinds, above, Nature.REPLY) if quoted else above
    end = _end_of_answer(kinds, first)
    answer = _find(kinds, (Kind.TEXT,), first) or end
    under_one_quote = not above and Kind.QUOTE not in kinds[answer:end]
    below = [index for index in range(first, end) if kinds[index] is not Kind.ATTRIBUTION]
    kept = list(range(answer, end)) if under_one_quote else above + below
    return _without_last_quotes(lines, kinds, kept, Nature.REPLY)


def _bottom(kinds: list[Kind], first: int) -> bool:
    """Whether `first` is an attribution over marked quotes with words under or between them."""
    return _over_quotes(kinds, first) and Kind.TEXT in kinds[first : _end_of_answer(kinds, first)]


def _end_of_answer(kinds: list[Kind], first: int) -> int:
    """Where words under the attribution `first` end: at the next boundary that has no marked quote under it."""
    index: int | None = first
    while index is not None and _over_quotes(kinds, index):
        index = _find(kinds, _BOUNDARIES, _after_attribution(kinds, index))
    return len(kinds) if index is None else index


def _over_quotes(kinds: list[Kind], first: int) -> bool:
    """Whether `first` is an attribution whose next words are marked as quoted."""
    if kinds[first] is not Kind.ATTRIBUTION:
        return False
    following = _find(kinds, _WORDS, _after_attribution(kinds, first))
    return following is not None and kinds[following] is Kind.QUOTE


def _after_attribution(kinds: list[Kind], first: int) -> int:
    index = first
    while index < len(kinds) and kinds[index] is Kind.ATTRIBUTION:
        index += 1
    return index


def _find(kinds: list[Kind], wanted: tuple[Kind, ...], start: int) -> int | None:
    return next((index for index in range(start, len(kinds)) if kinds[index] in wanted), None)


def _says(kinds: list[Kind], start: int, end: int) -> bool:
    return Kind.TEXT in kinds[start:end] or Kind.QUOTE in kinds[start:end]


def _without_last_quotes(lines: list[str], kinds: list[Kind], kept: list[int], nature: Nature) -> list[int]:
    """Drop the quotes at the end when they are the mail that is answered: they begin with an attribution, or it is an
    answer. Else somebody writes like that, or shows what they mean under words of their own that end in a colon."""
    end = len(kept)
    while end and kinds[kept[end - 1]] in (Kind.QUOTE, Kind.BLANK, Kind.SIGNATURE):
        end -= 1
    quoted = [unquoted(lines[index]) for index in kept[end : end + _MOST_LINES_TO_ATTRIBUTION]]
    shown = end > 0 and _SHOWS.fullmatch(lines[kept[end - 1]][: limits.LINE_CHARS]) is not None
    answered = (nature is Nature.REPLY and not shown) or (bool(quoted) and Kind.ATTRIBUTION in classify(quoted))
    return kept[:end] if answered else kept


def _without_ours(lines: list[str], kinds: list[Kind], kept: list[int]) -> list[int]:
    """Drop every quote when one of them begins one of our own mails."""
    quotes = [index for index in kept if kinds[index] is Kind.QUOTE]
    if not any(unquoted(lines[index]).startswith(MARKER) for index in quotes):
        return kept
    return [index for index in kept if kinds[index] is not Kind.QUOTE]


def _without_signatures(lines: list[str], kinds: list[Kind], kept: list[int], nature: Nature) -> list[int]:
    """Drop signatures, and at the end the words of a telephone, rules and blank lines. What looks like a signature and
    is all that somebody wrote to us is none; under an answer it is an empty answer."""
    written = [index for index in kept if kinds[index] is not Kind.SIGNATURE]
    alone = not any(kinds[index] is Kind.TEXT for index in written) and not any(kind in _NOT_OWN for kind in kinds)
    kept = list(kept) if alone and nature is not Nature.REPLY else written
    while kept and is_trailing(lines[kept[-1]]):
        kept.pop()
    return kept


def _text(lines: list[str], kept: list[int]) -> str:
    return "\n".join(lines[index].rstrip() for index in kept).strip("\n")
