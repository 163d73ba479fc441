"""The names that the rules declare, so that a wrong one is found wherever it is written, in whatever file.

All files together are one rulebook: the names are gathered from the raw documents first, then every file is checked
with all names at hand. When a file cannot even be parsed its names are missing, and nobody is blamed for using them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from mailgate.toml.document import Source, did_you_mean

SECTIONS = ("calendar", "queue", "technician", "team", "customer", "severity", "priority", "tariff")


@dataclass(frozen=True, slots=True)
class Names:
    """What every section declares, in the order of the files; `complete` is False when a file could not be parsed."""

    declared: Mapping[str, tuple[str, ...]]
    complete: bool = True

    def refuse_unknown(self, section: str, word: str) -> None:
        """ValueError when `word` is not declared in `section`."""
        known = self.declared[section]
        if self.complete and word not in known:
            raise ValueError(f"unknown {section} '{word}'{did_you_mean(word, known) or ' (the rules declare none)'}")


def gather(sources: Iterable[Source], complete: bool) -> Names:
    """The names in these documents."""
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for source in sources:
        for section, names in found.items():
            names.extend(str(path[1]) for path in source.paths(section, "*"))
    return Names({section: tuple(names) for section, names in found.items()}, complete)


def _declared_in(section: str) -> Callable[[str, ValidationInfo[Names]], str]:
    def check(word: str, info: ValidationInfo[Names]) -> str:
        info.context.refuse_unknown(section, word)
        return word

    return check


CalendarName = Annotated[str, AfterValidator(_declared_in("calendar"))]
QueueName = Annotated[str, AfterValidator(_declared_in("queue"))]
TechnicianName = Annotated[str, AfterValidator(_declared_in("technician"))]
TeamName = Annotated[str, AfterValidator(_declared_in("team"))]
CustomerName = Annotated[str, AfterValidator(_declared_in("customer"))]
SeverityName = Annotated[str, AfterValidator(_declared_in("severity"))]
PriorityName = Annotated[str, AfterValidator(_declared_in("priority"))]
TariffName = Annotated[str, AfterValidator(_declared_in("tariff"))]
