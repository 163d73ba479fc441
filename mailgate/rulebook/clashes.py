"""What no single table can know: one thing declared twice, one address that two people or doors claim.

All of it looks at the raw documents, so that a clash is found even when something else in the same table is wrong.

Who owns an address decides what a mail to or from it means, so every address has one owner. A door (the desk, a queue)
shares its address with nobody: the desk would write to itself. A person is one technician or one contact. Pagers may be
shared, administrators may be technicians, but neither may be a door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailgate.core.policy import Desk
from mailgate.rulebook.names import SECTIONS
from mailgate.toml.document import Mistake, Source
from mailgate.toml.positions import Path, Position

MOST_CONTACTS = 4
"""domain.md §3."""

ONCE = tuple((section, "*") for section in (*SECTIONS, "limits", "automatic", "closing", "floods", "bank"))
"""What all files together may say only once. Within one file TOML itself sees to it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An address (or domain) that `owner` says is theirs, and where."""

    address: str
    owner: str
    source: Source
    path: Path

    @property
    def place(self) -> str:
        """File and line, for the other claimant's sentence."""
        return f"{self.source.name}:{self.source.span(self.path).value.line}"

    def refuse(self, reason: str) -> Mistake:
        """The mistake of claiming it."""
        return self.source.at_value(self.path, f"{self.address} {reason}")


def clashes(sources: tuple[Source, ...], desk: Desk) -> Iterator[Mistake]:
    """Everything that the files say twice or against each other."""
    yield from _declared_twice(sources)
    yield from _too_many_contacts(sources)
    yield from _shared_addresses(sources, desk)
    yield from _owned_twice(_claims(sources, ("customer", "*", "domains")), {})


def _declared_twice(sources: tuple[Source, ...]) -> Iterator[Mistake]:
    first: dict[Path, Source] = {}
    for source in sources:
        for path in (path for pattern in ONCE for path in source.paths(*pattern)):
            earlier = first.setdefault(path, source)
            if earlier is not source:
                name = ".".join(map(str, path))
                line = earlier.span(path).key.line
                yield source.at_key(path, f"[{name}] is already declared at {earlier.name}:{line}")


def _too_many_contacts(sources: tuple[Source, ...]) -> Iterator[Mistake]:
    for source in sources:
        for path in source.paths("customer", "*", "contacts", "*"):
            if path[-1] == MOST_CONTACTS:
                yield source.at_value(path, f"customer '{path[1]}' names more than {MOST_CONTACTS} contacts")


def _shared_addresses(sources: tuple[Source, ...], desk: Desk) -> Iterator[Mistake]:
    doors = _claims(sources, ("queue", "*", "addresses"))
    taken = dict.fromkeys(desk.administrators, "is an administrator's: the desk would write to itself")
    taken[desk.address] = "is the desk's own address"
    yield from _owned_twice(doors, taken)
    closed = {door.address: f"is an address of {door.owner}" for door in doors} | {desk.address: taken[desk.address]}
    people = _claims(sources, ("technician", "*", "mail"), ("customer", "*", "contacts", "*", "mail"))
    yield from _owned_twice(people, closed)
    for pager in _claims(sources, ("technician", "*", "pager")):
        address = pager.address.removeprefix("mailto:").partition("?")[0]
        if address in closed:
            yield pager.refuse(f"cannot be a pager: {address} {closed[address]}")


def _owned_twice(claims: Iterable[Claim], taken: Mapping[str, str]) -> Iterator[Mistake]:
    """Refuse what is taken, and every claim but the first of one address."""
    first: dict[str, Claim] = {}
    for claim in claims:
        earlier = first.setdefault(claim.address, claim)
        if claim.address in taken:
            yield claim.refuse(taken[claim.address])
        elif earlier is not claim:
            yield claim.refuse(f"already belongs to {earlier.owner} ({earlier.place})")


def _claims(sources: tuple[Source, ...], *patterns: tuple[str, ...]) -> tuple[Claim, ...]:
    """Who claims what at these paths, as the files are read; a pattern's end may be one text or a list of them."""
    return tuple(claim for source in sources for claim in sorted(_claims_in(source, patterns), key=_place))


def _claims_in(source: Source, patterns: tuple[tuple[str, ...], ...]) -> Iterator[Claim]:
    for pattern in patterns:
        for written in (pattern, (*pattern, "*")):
            for path, text in source.texts(*written):
                yield Claim(text.strip().lower(), f"{path[0]} '{path[1]}'", source, path)


def _place(claim: Claim) -> Position:
    return claim.source.span(claim.path).value
