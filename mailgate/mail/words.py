"""A letter in words, and how its words are made to fit a pager.

Whoever finds the words (`Templates`, or `PlainWords` when a template fails), what they are told is made presentable
here first: a subject is one line, and a pager's facts are ASCII. When a page is too long its subject gives way, then
the names; the ticket number and the deadline stand last and stay.

A text that nobody reads to its end in a mail program is shown in part, with a line that says so, and goes along whole
as a file: marking up half a million lines for each of ten readers would keep everybody's next mail waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mailgate.core.letters import Facts, Letter
from mailgate.mail.dates import Tongue, primary
from mailgate.mail.text import clean_header, to_ascii

PAGE_MOST = 900
"""Longest page: it is one line of a mail, which ends at 998 octets."""
LINE_END = 2
"""A mail's body ends in CRLF, which some gateways count."""
ELLIPSIS = "..."
SUBJECT_LEAST = 4
NAME_LEAST = 8
SAID_LEAST = 80
"""Characters of a page that its code and its link leave to what it says."""
SHOWN_LINES = 5_000
SHOWN_CHARS = 200_000
WHOLE_TEXT = "message.txt"
"""The file that has all of a text which is shown in part."""


class TemplateFailed(Exception):
    """A template can't be found or raised; the text names file and line: "templates/fr/x.txt.j2:3: …"."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says, without the ticket's tag in the subject. `html` is None where there is only text."""

    subject: str
    text: str
    html: str | None = None


def worded(letter: Letter, write: Callable[[Letter], Words]) -> Words:
    """The words that `write` finds for a letter, fitted to `letter.limit` when it is for a pager."""
    letter = _with_subject(letter, clean_header)
    if letter.limit is None:
        return write(_with_shown_text(letter))
    return _paged(_with_subject(_with_names(letter, to_ascii), to_ascii), write, min(letter.limit, PAGE_MOST))


def _paged(letter: Letter, write: Callable[[Letter], Words], limit: int) -> Words:
    answers = tuple(_answers(letter, max(limit - LINE_END, 0)))
    most = max(limit - LINE_END, 0) - sum(len(one) + 1 for one in answers)
    words = write(letter)
    for shortened, least in ((_with_subject, SUBJECT_LEAST), (_with_names, NAME_LEAST)):
        excess = len(to_ascii(words.text)) - most
        if excess > 0:
            letter = shortened(letter, _Shorter(excess, least))
            words = write(letter)
    return Words(to_ascii(words.subject), " ".join((_cut(to_ascii(words.text), most), *answers)))


def _answers(letter: Letter, most: int) -> Iterator[str]:
    """What a page is answered by: it comes last, the short code before the link, as far as enough is left for what
    the page says."""
    links = letter.facts.links
    answer = "Repondez" if primary(letter.to.language) == "fr" else "Answer"
    for one in (f"{answer} {links.code}" if links.code else "", links.page):
        if one and most - len(one) - 1 >= SAID_LEAST:
            most -= len(one) + 1
            yield one


@dataclass(frozen=True, slots=True)
class _Shorter:
    """Takes `excess` characters from a text, but leaves `least`, and shows that it did; what is short already stays."""

    excess: int
    least: int

    def __call__(self, text: str) -> str:
        return _cut(text, max(len(text) - self.excess, self.least))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - len(ELLIPSIS), 0)].rstrip() + ELLIPSIS[:most]


def whole_text(letter: Letter) -> str | None:
    """The text that a letter passes on, when it is too long to show all of it."""
    message = letter.facts.message
    if message is None or letter.limit is not None or len(_shown(message.text)) == len(message.text):
        return None
    return message.text


def _with_shown_text(letter: Letter) -> Letter:
    message, whole = letter.facts.message, whole_text(letter)
    if message is None or whole is None:
        return letter
    told = Tongue(letter.to.language, letter.to.timezone).in_part(len(whole.encode("utf-8", "replace")), WHOLE_TEXT)
    return _with_facts(letter, replace(letter.facts, message=replace(message, text=f"{_shown(whole)}\n\n{told}")))


def _shown(text: str) -> str:
    if len(text) <= SHOWN_CHARS and text.count("\n") < SHOWN_LINES:
        return text
    return "\n".join(text.split("\n", SHOWN_LINES)[:SHOWN_LINES])[:SHOWN_CHARS]


def _with_subject(letter: Letter, change: Callable[[str], str]) -> Letter:
    ticket = letter.facts.ticket
    if ticket is None or ticket.subject is None or (subject := change(ticket.subject)) == ticket.subject:
        return letter
    return _with_facts(letter, replace(letter.facts, ticket=replace(ticket, subject=subject)))


def _with_names(letter: Letter, change: Callable[[str], str]) -> Letter:
    """Change who asks: the customer's name, and the requester's for a customer whom nobody knows."""
    customer, ticket = letter.facts.customer, letter.facts.ticket
    names = (customer.name if customer else "", *((ticket.requester_name, ticket.requester) if ticket else ("", "")))
    customer_name, requester_name, requester = changed = tuple(map(change, names))
    if changed == names:
        return letter
    customer = replace(customer, name=customer_name) if customer else None
    ticket = replace(ticket, requester_name=requester_name, requester=requester) if ticket else None
    return _with_facts(letter, replace(letter.facts, customer=customer, ticket=ticket))


def _with_facts(letter: Letter, facts: Facts) -> Letter:
    return replace(letter, facts=facts)
