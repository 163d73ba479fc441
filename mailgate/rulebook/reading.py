"""rules/*.toml to a Rulebook. All files together are one rulebook, read in name order (interfaces.md §4).

`load` never stops at the first mistake: every file is parsed, every table of what can be parsed is checked with the
names of all files at hand, and what no table can know alone is looked for across the files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from mailgate.core.policy import Desk, Policy, Rule
from mailgate.rulebook import building
from mailgate.rulebook.banks import BankTable, banks
from mailgate.rulebook.bounds import AutomaticTable, FloodsTable
from mailgate.rulebook.clashes import clashes
from mailgate.rulebook.doubts import doubts
from mailgate.rulebook.examples import Example, failures
from mailgate.rulebook.names import Names, gather
from mailgate.rulebook.pagers import unknown_gateways
from mailgate.rulebook.schema import ClosingTable, LimitsTable, RulesFile
from mailgate.toml.document import Collected, Mistake, Place, SiteMistakes, Source, parse

Table = TypeVar("Table")
Value = TypeVar("Value")
Model = TypeVar("Model", bound=BaseModel)


READERS = (("customer", "*"), ("customer", "*", "contacts", "*"), ("technician", "*"))
"""Who may have a language of their own."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The desk's policy, the examples that its rules carry, what is odd but works, and every language in which the
    rules say that somebody reads."""

    policy: Policy
    examples: tuple[Example, ...]
    warnings: tuple[Mistake, ...] = ()
    languages: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One file that both tomllib and the schema accept."""

    source: Source
    file: RulesFile


def load(rules_dir: Path, desk: Desk, gateways: Collection[str] | None = None) -> Rulebook:
    """The rulebook of a directory; raises SiteMistakes with every mistake of every file.

    `gateways` are the names of the SMS gateways that there are; None when that is not known."""
    found = Collected()
    sources = _parse_all(rules_dir, found)
    names = gather(sources, complete=not found.mistakes)
    files = _check_all(sources, names, found)
    found.add(clashes(sources, desk))
    if gateways is not None:
        found.add(unknown_gateways(sources, gateways))
    if names.complete and not names.declared["queue"]:
        found.add([Mistake(rules_dir.name, 0, 0, "no queue is declared: the desk would have no door")])
    found.settle()
    policy = _policy(files, desk)
    return Rulebook(policy, tuple(_examples(files, desk)), tuple(doubts(sources, policy)), tuple(_languages(sources)))


def mistakes_in(rules_dir: Path) -> tuple[Mistake, ...]:
    """What is wrong with the rules whatever the desk is: for a site whose config.toml cannot be used."""
    try:
        load(rules_dir, Desk(name="", address=""))
    except SiteMistakes as error:
        return error.mistakes
    return ()


def run_examples(rulebook: Rulebook, now: datetime) -> tuple[Mistake, ...]:
    """What the rules' own examples expected and did not get."""
    return tuple(failures(rulebook.examples, rulebook.policy, now))


def _parse_all(rules_dir: Path, found: Collected) -> tuple[Source, ...]:
    sources = []
    for path in _rules_files(rules_dir, found):
        try:
            sources.append(parse(path, f"{rules_dir.name}/{path.name}"))
        except SiteMistakes as error:
            found.add(error.mistakes)
    return tuple(sources)


def _rules_files(rules_dir: Path, found: Collected) -> list[Path]:
    """The rules files in name order; a hidden one is an editor's."""
    try:
        paths = sorted(rules_dir.iterdir())
    except OSError as error:
        found.add([Mistake(rules_dir.name, 0, 0, f"cannot be read: {error.strerror}")])
        return []
    return [path for path in paths if path.suffix == ".toml" and not path.name.startswith(".")]


def _check_all(sources: Iterable[Source], names: Names, found: Collected) -> tuple[Read, ...]:
    files = []
    for source in sources:
        try:
            files.append(Read(source, source.check(RulesFile, names)))
        except SiteMistakes as error:
            found.add(error.mistakes)
    return tuple(files)


def _policy(files: tuple[Read, ...], desk: Desk) -> Policy:
    tables = [read.file for read in files]
    return Policy(
        desk=desk,
        calendars=_built((file.calendar for file in tables), lambda key, table: building.calendar(key, table, desk)),
        queues=_built((file.queue for file in tables), building.queue),
        technicians=_built(
            (file.technician for file in tables), lambda key, table: building.technician(key, table, desk)
        ),
        teams=_built((file.team for file in tables), lambda key, table: building.team(key, table, desk)),
        customers=_built((file.customer for file in tables), building.customer),
        severities=_built((file.severity for file in tables), building.severity),
        priorities=_built((file.priority for file in tables), building.priority),
        tariffs=_built((file.tariff for file in tables), building.tariff),
        rules=tuple(rule for read in files for rule in _rules(read)),
        limits=building.limits(_together(LimitsTable, (file.limits for file in tables))),
        automatic=building.automatic(_together(AutomaticTable, (file.automatic for file in tables))),
        floods=building.floods(_together(FloodsTable, (file.floods for file in tables))),
        closing=building.closing(_together(ClosingTable, (file.closing for file in tables))),
        banks=banks(_together(BankTable, (file.bank for file in tables))),
    )


def _languages(sources: Iterable[Source]) -> Iterable[tuple[str, Place]]:
    for source in sources:
        for readers in READERS:
            yield from ((said, source.place(path)) for path, said in source.texts(*readers, "language"))


def _built(sections: Iterable[Mapping[str, Table]], build: Callable[[str, Table], Value]) -> dict[str, Value]:
    """One section of all files, in their order."""
    return {key: build(key, table) for section in sections for key, table in section.items()}


def _together(model: type[Model], tables: Iterable[Model | None]) -> Model:
    """What the tables of all files say, as one; no key is said twice."""
    said = {name: getattr(table, name) for table in tables if table for name in table.model_fields_set}
    return model.model_construct(**said)


def _rules(read: Read) -> Iterable[Rule]:
    for index, table in enumerate(read.file.rule):
        yield building.rule(table, read.source.name, read.source.span(("rule", index)).value.line)


def _examples(files: tuple[Read, ...], desk: Desk) -> Iterable[Example]:
    zone = ZoneInfo(desk.timezone)
    for read in files:
        for at_rule, rule in enumerate(read.file.rule):
            for at_example, table in enumerate(rule.example):
                place = read.source.span(("rule", at_rule, "example", at_example)).value
                name = rule.name or f"{read.source.name}:{place.line}"
                mail, expect = building.example_mail(table.mail, zone), building.expectation(table.expect, zone)
                yield Example(name, read.source.name, place.line, place.column, mail, expect)
