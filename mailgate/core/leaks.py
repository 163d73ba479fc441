"""What a technician's answer would show the customer that was meant for somebody else.

    words of an internal note of the ticket         words, or an address, of another customer
    a signed address of the desk                    a mail that is forwarded, a copy to somebody outside
    a command in the middle of a line

Words are compared in runs: a few in a row, without case, accents and punctuation. What the customer has read or written
themselves tells them nothing new. A signed address never leaves anyhow (mail.compose), and a copy was sent by the
technician's own mail program: the question is all that can be done about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailgate.core.events import MailReceived
from mailgate.core.identity import is_ours, recognise
from mailgate.core.letters import Doubt
from mailgate.core.model import Address, Direction, Identity
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.core.words import words_of

NOTE_RUN = 10
"""So many words of an internal note in a row are no accident; a shorter line of a note counts as a whole."""

SHORTEST_LINE = 12
"""Characters of such a line."""

OTHERS_RUN = 10
"""So many words of another customer are no accident: courtesy is the same everywhere."""

SHORTEST_SECRET = 8
"""Characters of a word with letters and digits, or of an address of the web, that counts alone."""

MOST_WORDS = 2_000
"""Words of one text that are looked at."""

MOST_NAMED = 5

Run = tuple[str, ...]


def leaks(event: MailReceived, planned: Plan, seen: Seen, policy: Policy) -> Iterator[Doubt]:
    """What speaks against the words and files that the customer would get."""
    if not planned.public_words:
        return
    yield from _notes(planned)
    yield from _others(planned, seen, policy)
    if event.orders.inside:
        yield Doubt("command-inside", ", ".join(dict.fromkeys(event.orders.inside)))
    if event.mail.forwarded is not None:
        yield Doubt("forwards")
    if event.shows_token:
        yield Doubt("shows-signed-address")
    outside = tuple(_outside(event, planned.ticket, policy))
    if outside:
        yield Doubt("outside-copy", ", ".join(outside[:MOST_NAMED]))


def _notes(planned: Plan) -> Iterator[Doubt]:
    """The first line of an internal note that the answer repeats."""
    ticket = planned.ticket
    said = _runs_up_to(planned.text)
    rows = (
        row
        for line in ticket.history
        if line.direction is Direction.INTERNAL and not line.automatic
        for row in line.text.splitlines()
    )
    repeated = [(row, runs) for row in rows if (runs := _telling(row) & said)]
    known = _runs_up_to(*_public(ticket)) if repeated else frozenset()
    found = next((row for row, runs in repeated if runs - known), None)
    if found is not None:
        yield Doubt("shows-note", text=found.strip())


def _telling(row: str) -> frozenset[Run]:
    """The runs of a line that nobody writes by accident."""
    words = words_of(row)[:MOST_WORDS]
    size = min(NOTE_RUN, len(words))
    alone = frozenset((word,) for word in words if _is_secret(word))
    if size < NOTE_RUN and (size < 2 or len(row.strip()) < SHORTEST_LINE):
        return alone
    return alone | frozenset(_runs(words, size))


def _is_secret(word: str) -> bool:
    mixed = any(char.isdigit() for char in word) and any(char.isalpha() for char in word)
    return len(word) >= SHORTEST_SECRET and (mixed or "://" in word)


def _others(planned: Plan, seen: Seen, policy: Policy) -> Iterator[Doubt]:
    """Whose words, or whose addresses, the answer holds."""
    own = planned.ticket.customer
    words = words_of(planned.text)[:MOST_WORDS]
    for word in (one.strip("<>'`|/") for one in words if "@" in one):
        firm = recognise(Address(word), "", policy).customer
        if firm is not None and firm.key != own and word not in planned.ticket.participants:
            yield Doubt("shows-other-customer", firm.name, text=word)
            return
    known = {run for text in _public(planned.ticket) for run in _runs(words_of(text)[:MOST_WORDS], OTHERS_RUN)}
    news = set(_runs(words, OTHERS_RUN)) - known
    for text in seen.others_words if news else ():
        found = next((run for run in _runs(words_of(text)[:MOST_WORDS], OTHERS_RUN) if run in news), None)
        if found is not None:
            yield Doubt("shows-other-customer", text=" ".join(found))
            return


def _outside(event: MailReceived, ticket: Ticket, policy: Policy) -> Iterator[str]:
    """Who else the mail went to, and takes no part."""
    inside = {ticket.requester.mail.lower(), *ticket.participants, *ticket.watchers}
    for address in dict.fromkeys((*event.mail.to, *event.mail.cc)):
        one = recognise(address, "", policy)
        at_home = one.customer is not None and one.customer_key == ticket.customer
        known = one.identity is Identity.TECHNICIAN or is_ours(address.mail, policy)
        if not (known or at_home or address.mail.lower() in inside):
            yield address.mail


def _public(ticket: Ticket) -> Iterator[str]:
    return (line.text for line in ticket.history if line.direction is not Direction.INTERNAL)


def _runs_up_to(*texts: str) -> frozenset[Run]:
    """Every run of at most as many words as a note's."""
    split = [words_of(text)[:MOST_WORDS] for text in texts]
    return frozenset(run for words in split for size in range(1, NOTE_RUN + 1) for run in _runs(words, size))


def _runs(words: Iterable[str], size: int) -> Iterator[Run]:
    row = tuple(words)
    return (row[at : at + size] for at in range(len(row) - size + 1))
