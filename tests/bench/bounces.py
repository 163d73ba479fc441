"""How well reports are read that nobody here wrote, and how many ordinary mails are taken for one.

    MAILGATE_CORPUS=/path/to/corpus python -m tests.bench.bounces

A labelled bounce is right when every failed address is found and none is invented. The label says of a mail whether it
was still being tried; then DELAYED is right, else HARD or SOFT, of which the label knows no difference: the SOFT ones
are shown with their reason, for a reader to judge. Every mail of the other collections that is taken for a report is
shown, too.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from mailgate.core.reports import LOST, Fate, Fated, Report
from mailgate.mail.parts import read_parts
from mailgate.mail.reports import read_report

_BOUNCES = "flufl-bounce"
_NOT_MAIL = (".xml", ".json", ".md", ".bin", ".py")


@dataclass(frozen=True, slots=True)
class Trial:
    """One labelled mail and what was read from it."""

    name: str
    expected: frozenset[str]
    temporary: bool
    report: Report | None

    @property
    def recipients(self) -> tuple[Fated, ...]:
        return self.report.recipients if self.report else ()

    @property
    def found(self) -> frozenset[str]:
        return frozenset(fated.address for fated in self.recipients)

    @property
    def wrong_fates(self) -> list[Fated]:
        right = {Fate.DELAYED} if self.temporary else LOST
        return [fated for fated in self.recipients if fated.address in self.expected and fated.fate not in right]


def trials(corpus: Path) -> Iterator[Trial]:
    """The labelled set."""
    folder = corpus / _BOUNCES
    for name, label in sorted(json.loads((folder / "labels.json").read_text("utf-8")).items()):
        expected = frozenset(address.lower() for address in label["addresses"])
        yield Trial(Path(name).name, expected, label["temporary"], read((folder / name).read_bytes()))


def ordinary(corpus: Path) -> Iterator[Path]:
    """Every file of the other collections that is a mail or the text of one."""
    for folder in sorted(path for path in corpus.iterdir() if path.is_dir() and path.name != _BOUNCES):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in _NOT_MAIL and not path.name.startswith("LICENCE"):
                yield path


def read(raw: bytes) -> Report | None:
    """The report that some octets are."""
    return read_report(read_parts(raw)[0])


def _scored(found: list[Trial]) -> Iterator[str]:
    expected = sum(len(trial.expected) for trial in found)
    missed = [(trial.name, trial.expected - trial.found) for trial in found if trial.expected - trial.found]
    invented = [(trial.name, trial.found - trial.expected) for trial in found if trial.found - trial.expected]
    wrong = [(trial.name, trial.wrong_fates) for trial in found if trial.wrong_fates]
    hit = sum(len(trial.expected & trial.found) for trial in found)
    yield f"failed addresses: {hit} of {expected} found, {sum(len(more) for _, more in invented)} invented"
    yield from (f"  missed: {name} {', '.join(sorted(less))}" for name, less in missed)
    yield from (f"  invented: {name} {', '.join(sorted(more))}" for name, more in invented)
    bad = sum(len(fates) for _, fates in wrong)
    yield f"fates: {hit - bad} right, {bad} wrong"
    yield from (f"  wrong: {name} {fated.address} {fated.fate}" for name, fates in wrong for fated in fates)
    for trial in found:
        soft = [fated for fated in trial.recipients if fated.fate is Fate.SOFT]
        yield from (f"  soft: {trial.name} {fated.status} {fated.reason[:90]}" for fated in soft)


def _taken(corpus: Path) -> Iterator[str]:
    reports = [(path, read(path.read_bytes())) for path in ordinary(corpus)]
    taken = [(path, report) for path, report in reports if report]
    yield f"other mails: {len(reports)} looked at, {len(taken)} taken for a report"
    for path, report in taken:
        yield f"  {path.relative_to(corpus)}: {report.kind} {' '.join(f.address for f in report.recipients)}"


def _speed(corpus: Path) -> str:
    mails = [path.read_bytes() for path in (corpus / _BOUNCES / "tests" / "data").glob("*.txt")]
    began = perf_counter()
    for raw in mails:
        read(raw)
    return f"speed: {len(mails) / (perf_counter() - began):.0f} bounces a second, with taking them apart"


def main() -> int:
    """Print the scores; 2 when there is no corpus."""
    if "MAILGATE_CORPUS" not in os.environ:
        print("set MAILGATE_CORPUS to the folder of the corpus", file=sys.stderr)
        return 2
    corpus = Path(os.environ["MAILGATE_CORPUS"])
    print(*_scored(list(trials(corpus))), *_taken(corpus), _speed(corpus), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
