"""The mail inside a forward: who wrote it first, and under which subject.

What the text says comes first, in the header block that the mail program wrote there; then a mail that is attached
whole. Nothing here is proven: whoever forwards a mail can write what they like into it, so this is shown to people
and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import takewhile

from mailgate.core.model import Address, Forwarded
from mailgate.mail import limits
from mailgate.mail.body import Body
from mailgate.mail.fields import decode_value, read_block
from mailgate.mail.kinds import Kind
from mailgate.mail.letterhead import first_address, in_one_line, letterheads, sender_in, subject_in
from mailgate.mail.mailboxes import read_mailboxes
from mailgate.mail.marks import classify
from mailgate.mail.parts import Part, leaves
from mailgate.mail.quote import Nature, Split, nature_of, split, without_prefixes
from mailgate.mail.text import clean_header

_BEFORE_NAME = frozenset(
    "am pm a.m. p.m. uhr utc gmt cet cest est edt schrieb skrev heeft użytkownik пользователь používateľ"
    " időpontban".split()
)
_MOST_LINES_TO_LETTERHEAD = 6
_MOST_LINES = 25
_MOST_CHARS_BESIDE_ATTACHED = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What a person wrote, and the mail that they pass on with it."""

    text: str
    forwarded: Forwarded | None


def said_in(mail: Part, body: Body, subject: str, people: Collection[str] | None) -> Said:
    """The new text of a mail; when it is a forward that is all of it: for a desk the forwarded mail is the request.

    `people` as in `quote.split`."""
    words, found = _split(body, nature_of(subject), people)
    if found.forward is not None:
        return Said(found.new, in_text(words, found.forward, subject))
    return Said(found.new, attached(mail, found.new, subject))


def _split(body: Body, nature: Nature, people: Collection[str] | None) -> tuple[str, Split]:
    """The words that count, and what is new in them. What an HTML mail marks as the mail being answered is left out,
    unless it turns out to be a mail that is passed on: some programs mark both alike."""
    if nature is not Nature.REPLY:
        found = split(body.whole, nature, people)
        if nature is Nature.FORWARD or found.forward is not None or body.own == body.whole:
            return body.whole, found
    return body.own, split(body.own, nature, people)


def in_text(text: str, at: int, subject: str) -> Forwarded:
    """The mail that is passed on from the line `at` of a mail's text; `subject` is that mail's own."""
    lines = text.split("\n", at + _MOST_LINES)[at : at + _MOST_LINES]
    attribution = list(takewhile(lambda kind: kind is Kind.ATTRIBUTION, classify(lines)))
    head = next((head for head in letterheads(lines) if head.start <= _MOST_LINES_TO_LETTERHEAD), None)
    if attribution:
        sender, said = _attributed(" ".join(lines[: len(attribution)])), ""
    elif head is not None:
        sender, said = sender_in(lines, head), subject_in(lines, head)
    else:
        sender, said = in_one_line(lines[0])
    return Forwarded(sender, said or _subject_of_forward(subject))


def attached(mail: Part, text: str, subject: str) -> Forwarded | None:
    """The mail that is attached whole, when the mail around it says that it is a forward or says next to nothing.

    A report returns what we wrote, and a digest is by many."""
    nature = nature_of(subject)
    if nature is Nature.REPLY or mail.content_type in ("multipart/report", "multipart/digest"):
        return None
    if nature is Nature.UNKNOWN and len(text) > _MOST_CHARS_BESIDE_ATTACHED:
        return None
    whole = next((part for part in leaves(mail) if _is_mail(part)), None)
    return None if whole is None else _inside(whole)


def _is_mail(part: Part) -> bool:
    """Some programs know a mail only by the name of its file."""
    return part.content_type == "message/rfc822" or part.given_name.lower().endswith(".eml")


def _attributed(words: str) -> Address | None:
    """Whom "On …, Jean <jean@acme.example> wrote:" names."""
    found = first_address(words[: limits.LINE_CHARS])
    return replace(found, name=_name_in(found.name)) if found else None


def _name_in(words: str) -> str:
    """The name at the end of an attribution's words, which begin with a date or a verb."""
    name = list(takewhile(_is_of_a_name, reversed(words.split())))
    return " ".join(reversed(name)).strip(' "«»„“”,')


def _is_of_a_name(word: str) -> bool:
    return word.lower().strip(",") not in _BEFORE_NAME and not any(char.isdigit() for char in word)


def _subject_of_forward(subject: str) -> str:
    return without_prefixes(subject) if nature_of(subject) is Nature.FORWARD else ""


def _inside(part: Part) -> Forwarded | None:
    octets = part.octets()
    block = read_block(octets, 0, len(octets))
    named = read_mailboxes(block.first("from")).addresses
    subject = clean_header(decode_value(block.first("subject")), limits.SUBJECT_CHARS)
    return Forwarded(named[0] if named else None, subject) if named or subject else None
