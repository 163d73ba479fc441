"""`mailgate check`: every mistake of a site at once, whichever file it is in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailgate.cli.failures import DONE, NO
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import counted, print_json
from mailgate.daemon import clock
from mailgate.toml.mistakes import Mistake, SiteMistakes

if TYPE_CHECKING:
    from mailgate.rulebook import Rulebook
    from mailgate.site import Site


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found; `summary` says what is there when nothing is wrong."""

    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...] = ()
    summary: str = ""


def check(config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """Validate config, rules and templates, and run the examples that the rules carry."""
    report = _examine(config)
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if as_json:
        print_json(report.mistakes)
    elif report.mistakes:
        print("\n".join(map(str, report.mistakes)), file=sys.stderr)
    else:
        print(report.summary)
    return NO if report.mistakes else DONE


def _examine(path: Path) -> Report:
    from mailgate import site

    try:
        loaded = site.load(path)
    except SiteMistakes as found:
        return unusable(path, found.mistakes)
    return report_on(loaded)


def unusable(path: Path, mistakes: tuple[Mistake, ...]) -> Report:
    """The report on a site that cannot be loaded: its templates can be judged all the same."""
    return Report((*mistakes, *_template_mistakes(path)))


def report_on(loaded: Site) -> Report:
    """The report on a site that could be loaded."""
    from mailgate import site
    from mailgate.cli.staffing import told_by_mail, urgent_gaps

    now = clock.now()
    gaps = urgent_gaps(loaded.policy, told_by_mail(loaded.config), now)
    warnings = (*loaded.doubts, *(Mistake("rules", 0, 0, says) for says in gaps))
    return Report(site.mistakes_of(loaded, now), warnings, _summary(loaded.rulebook))


def _template_mistakes(path: Path) -> tuple[Mistake, ...]:
    from mailgate import site, starter
    from mailgate.mail.compose import Templates

    return site.template_mistakes(Templates((path.parent / "templates", starter.templates())))


def _summary(rules: Rulebook) -> str:
    policy = rules.policy
    holding = counted(len(rules.examples), "example")
    counts = (
        counted(len(policy.queues), "queue"),
        counted(len(policy.technicians), "technician"),
        counted(len(policy.customers), "customer"),
        counted(len(policy.rules), "rule"),
        f"{holding} that {'holds' if len(rules.examples) == 1 else 'hold'}",
    )
    return "ok: " + ", ".join(counts)
