"""Delivery reports in prose: who did not get a mail, in whatever words the mail system that says so has.

One pass over the lines down to where the returned mail begins. `sayings` is the table of what is listened for; each
line is heard together with the one before it. From then on an address counts

    right behind the words                       unable to deliver your message to <a@b.example>
    first on a line, as deep as its list is      * a@b.example

and nowhere else: a transcript is full of other people's addresses. The words behind an address and on the lines below
it, up to a blank one, are the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from mailgate.core.reports import Fate, Fated
from mailgate.mail import limits
from mailgate.mail.fates import clean_reason, each_once, failure_in, fate_of_lost, in_words, speaks
from mailgate.mail.mailers import Mailer
from mailgate.mail.mentions import Line, Mention, begins_returned, behind, heard, is_rule, mention, read_line
from mailgate.mail.sayings import ANNOUNCES, ASKS, ELSEWHERE, NO_REASON, QUOTES, Place, Saying
from mailgate.mail.statuses import safe_address

_NAME = re.compile(r"\s+([\w.+-]{1,64})(?:\s{2,}.*)?")
_NAME_DOMAIN = re.compile(r"emailing (?:to )?name@([\w.-]{1,255}\w)")
_LISTS = (Place.AFTER, Place.NAMES, Place.IN_TO)
_SAID_LINES = 20  # of one reason
_JUDGED_LINES = 200  # of a report about one recipient


@dataclass(frozen=True, slots=True)
class Notice:
    """What a report in prose says. `failed` also when it says so of nobody by name: then it is `unnamed`."""

    recipients: tuple[Fated, ...]
    failed: bool
    unnamed: Fated | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """The list being read: the saying that opened it, on which line, and how deep its addresses stand. `doubtful` since
    somebody was named to write to instead: only a paragraph about a recipient counts then."""

    saying: Saying
    opening: str
    depth: int | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class _Lost:
    """What is said of one recipient; those that are listed together share their reason."""

    said: list[str]
    opening: str = ""
    permanent: bool = False


@dataclass(slots=True)
class _Reading:
    """What was read so far. `said` is the reason being written, `waits` that a blank line will not end it; `names` and
    `domains` are what addresses are made of where only names are given."""

    mailer: Mailer
    failed: bool = False
    delayed: bool = False
    listing: _List | None = None
    before: str = ""
    lost: dict[str, _Lost] = field(default_factory=dict)
    said: list[str] | None = None
    waits: bool = False
    names: dict[str, _Lost] = field(default_factory=dict)
    domains: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)

    def take(self, line: Line) -> None:
        """Read one line."""
        if not line.words:
            self._pause()
            return
        sayings = list(heard(self.before, line))
        self._follow(sayings, line)
        first = mention(line)
        if first is None:
            self._name(line)
        if first and self._counts(first, line, sayings):
            self._begin(first)
        elif named := self._behind(sayings, line):
            self._name_in(line, named)
        else:
            self._go_on(line)
        self._remember(line)

    def _pause(self) -> None:
        """A blank line ends a reason, if there is one already."""
        if self.said and not self.waits:
            self.said = None
        if self.names:
            self.listing = None
        self.before = ""

    def _follow(self, sayings: list[tuple[Saying, int]], line: Line) -> None:
        """Believe what was heard; the first saying that a list may follow opens one."""
        for saying, _ in sayings:
            self.failed |= saying.fate is not None
            self.delayed |= saying.fate is Fate.DELAYED
        opened = next((saying for saying, _ in sayings if saying.place in _LISTS), None)
        if opened and (opened.fate or self.listing is None or self.listing.saying.fate is None):
            self.listing = _List(opened, line.words)
        if self.listing and any(word in line.low for word in ELSEWHERE):
            self.listing = replace(self.listing, doubtful=True)

    def _behind(self, sayings: list[tuple[Saying, int]], line: Line) -> list[str]:
        """The addresses right behind some words that were not heard of before."""
        ends = (end for saying, end in sayings if saying.place in (Place.AFTER, Place.BEHIND))
        return [address for end in ends for address in behind(line, end) if address not in self.lost]

    def _counts(self, first: Mention, line: Line, sayings: list[tuple[Saying, int]]) -> bool:
        """Whether the addresses that a line begins with are recipients, and not known as such already."""
        if self.lost.keys() >= set(first.addresses):
            return False
        if self.listing is None:
            said = any(saying.place is Place.BEFORE for saying, _ in sayings)
            return first.is_first and (said or self._is_paragraph(first))
        if first.is_origin:
            return True
        if self.listing.saying.place is Place.IN_TO:
            return line.low.startswith("to:")
        if self.listing.doubtful and not first.bracketed:
            return False
        return first.is_first and first.ends and self._is_as_deep(line, self.listing)

    def _is_paragraph(self, first: Mention) -> bool:
        """A mailer that says nothing we understand, but says it as most do."""
        listed = self.mailer.named and first.bracketed
        self.failed |= listed
        return listed

    def _is_as_deep(self, line: Line, within: _List) -> bool:
        if within.depth is None:
            self.listing = replace(within, depth=line.deep)
        return within.depth in (None, line.deep)

    def _name(self, line: Line) -> None:
        found = _NAME.fullmatch(line.raw)
        if found and self.listing is not None and self.listing.saying.place is Place.NAMES:
            self.names.setdefault(found[1].lower(), _Lost([], self.listing.opening))

    def _begin(self, first: Mention) -> None:
        """Recipients that follow one another share the reason that comes behind the last of them."""
        if self.said is None or self.said or first.rest:
            self.said = []
        self._add(first.addresses, self.said)
        self.said.extend([first.rest] if first.rest else [])
        self.waits = False

    def _name_in(self, line: Line, addresses: list[str]) -> None:
        """A line that names recipients in the middle is the first of their reason, or all of it."""
        if self.said is None or self.said:
            self.said = []
        self._add(addresses, self.said)
        self.said.append(line.words)
        self.waits = True

    def _go_on(self, line: Line) -> None:
        """One more line of a reason, unless it only announces one ("for the following reason:")."""
        if self.said is None:
            return
        if is_rule(line):
            self._divide()
            return
        if line.low.endswith(":") and any(word in line.low for word in ANNOUNCES):
            self.said.clear()
        elif not self.said and line.low.startswith(NO_REASON):
            self.said = None
        elif len(self.said) < _SAID_LINES:
            self.said.append(line.words)
            self.waits = False

    def _divide(self) -> None:
        """Behind a heading may still stand the reason of all, but not of the last when others have their own."""
        if any(what.said for what in self.lost.values()):
            self.said = None

    def _add(self, addresses: Iterable[str], said: list[str]) -> None:
        opening = self.listing.opening if self.listing else ""
        permanent = self.listing is not None and "permanent" in self.listing.saying.words
        for address in addresses:
            if len(self.lost) < limits.REPORT_RECIPIENTS:
                self.lost.setdefault(address, _Lost(said, opening, permanent))

    def _remember(self, line: Line) -> None:
        self.before = line.low
        self.domains.extend(found[1] for found in _NAME_DOMAIN.finditer(line.low))
        if len(self.judged) < _JUDGED_LINES:
            self.judged.append(line.words)


def read_notice(lines: Iterable[str], mailer: Mailer, known: tuple[str, ...] = ()) -> Notice:
    """Read the words of a mail that `mailer` wrote. Of the addresses in `known` it is certain that they failed."""
    reading = _Reading(mailer, failed=bool(known))
    certain = mailer.named or bool(known)
    for raw in islice(lines, limits.REPORT_LINES):
        line = read_line(raw)
        if begins_returned(line) or (not certain and line.low.startswith(QUOTES)):
            break
        if not certain and any(word in line.low for word in ASKS):
            return Notice((), failed=False)
        reading.take(line)
    found = each_once(_fated(reading, known)) if reading.failed else ()
    unnamed = _unnamed(reading) if reading.failed and mailer.named and not found else None
    return Notice(found, reading.failed, unnamed)


def _fated(reading: _Reading, known: tuple[str, ...]) -> Iterator[Fated]:
    lost = {address: _Lost([]) for address in known} | dict(_made(reading)) | reading.lost
    everything = " ".join(reading.judged)
    for address, what in lost.items():
        said = " ".join(what.said)
        judged = said if speaks(said) or len(lost) > 1 else everything
        status = failure_in(judged)
        final = what.permanent or not reading.delayed
        fate = fate_of_lost(status, judged) if final else Fate.DELAYED
        yield Fated(address, fate, status, clean_reason(what.said) or in_words(status) or clean_reason([what.opening]))


def _unnamed(reading: _Reading) -> Fated:
    """What is said of the one recipient whom nobody names."""
    everything = " ".join(reading.judged)
    status = failure_in(everything)
    fate = Fate.DELAYED if reading.delayed else fate_of_lost(status, everything)
    return Fated("", fate, status, clean_reason(reading.judged))


def _made(reading: _Reading) -> Iterator[tuple[str, _Lost]]:
    """The addresses of those of whom only a name is given: at the mailer's own domain, unless it says at which."""
    for name, lost in islice(reading.names.items(), limits.REPORT_RECIPIENTS):
        for domain in islice(reading.domains or [reading.mailer.domain], limits.REPORT_RECIPIENTS):
            if address := safe_address(f"{name}@{domain}"):
                yield address, lost
