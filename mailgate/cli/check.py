"""`mailgate check`: every mistake of a site at once, in config.toml first, then in rules and templates together."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailgate.cli import clock
from mailgate.cli.failures import DONE, NO
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import print_json
from mailgate.toml.mistakes import Mistake, SiteMistakes

if TYPE_CHECKING:
    from mailgate.config import Config
    from mailgate.rulebook import Rulebook

PLACE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<text>.*)", re.DOTALL)


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
    from mailgate import config

    try:
        return _examine_site(config.load(path))
    except SiteMistakes as found:
        return Report(found.mistakes)


def _examine_site(config: Config) -> Report:
    from mailgate import rulebook

    templates = _template_mistakes(config)
    try:
        rules = rulebook.load(config.root / "rules", config.desk)
    except SiteMistakes as found:
        return Report((*found.mistakes, *templates))
    examples = rulebook.run_examples(rules, clock.now())
    return Report((*templates, *examples), rules.warnings, _summary(rules))


def _template_mistakes(config: Config) -> tuple[Mistake, ...]:
    from mailgate import starter
    from mailgate.mail.compose import Templates

    templates = Templates((config.root / "templates", starter.templates()))
    return tuple(_placed(error) for error in templates.check())


def _placed(error: str) -> Mistake:
    """A template's "file:line: text" as a mistake with its place; templates have no columns, so it is 1."""
    found = PLACE.fullmatch(error)
    if found is None:
        return Mistake("templates", 1, 1, error)
    return Mistake(found["file"], int(found["line"]), 1, found["text"])


def _summary(rules: Rulebook) -> str:
    policy = rules.policy
    counts = (
        (policy.queues, "queues"),
        (policy.technicians, "technicians"),
        (policy.customers, "customers"),
        (policy.rules, "rules"),
        (rules.examples, "examples that hold"),
    )
    return "ok: " + ", ".join(f"{len(things)} {name}" for things, name in counts)
