"""`mailgate page test TECH`: does every way to reach a technician work, now?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE, LATER, NO, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, print_json, print_table
from mailgate.core.events import DrillAsked
from mailgate.daemon import clock
from mailgate.toml.mistakes import did_you_mean

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.store.query import DrillShown

PATIENCE = 10.0
"""Seconds that a daemon gets to begin; then there is none."""
GLANCE = 0.1

Channels = tuple["DrillShown", ...]


class Action(StrEnum):
    """What may be done with pages."""

    TEST = "test"


@dataclass(frozen=True, slots=True)
class Drill:
    """The answer: the inbox row of the request, and what came of it over each channel; `taken`: all of them took it."""

    inbox: int
    technician: str
    taken: bool
    channels: Channels


def page(
    action: Annotated[Action, typer.Argument(help="test: send a drill over every channel.")],  # noqa: ARG001 - the only one
    technician: Annotated[str, typer.Argument(metavar="TECH", help="The technician's key in the rules.")],
    wait: Annotated[float, typer.Option(min=1, max=600, help="Seconds to wait for the channels.")] = 30.0,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Send a drill over every channel of a technician and show what came of it."""
    from mailgate.cli import desk

    with desk.at(config) as here:
        _refuse_unknown(here, technician, config)
        row = desk.ask(here, DrillAsked(0, clock.now(), technician), clock.now())
        channels = _wait(here, row, wait)
    drill = Drill(row, technician, bool(channels) and all(one.taken for one in channels), channels)
    return _tell(drill, as_json)


def _refuse_unknown(here: Desk, technician: str, config: Path) -> None:
    from mailgate import rulebook

    known = rulebook.load(here.config.root / "rules", here.config.desk).policy.technicians
    if technician not in known:
        raise Refusal(f"unknown technician '{technician}'{did_you_mean(technician, known)}")
    if here.database is None:
        raise Refusal(f"this desk was never served: start `mailgate serve -c {config}` first", LATER)


def _wait(here: Desk, row: int, seconds: float) -> Channels:
    """What the channels say when all of them have said their last word, or when the time is over."""
    begun, channels = time.monotonic(), _look(here, row)
    while channels is None or not all(one.settled for one in channels):
        passed = time.monotonic() - begun
        if channels is None and passed >= min(PATIENCE, seconds):
            raise Refusal("no daemon took the drill up: it is dropped unless one starts within 5 minutes", LATER)
        if passed >= seconds:
            break
        time.sleep(GLANCE)
        channels = _look(here, row)
    return channels or ()


def _look(here: Desk, row: int) -> Channels | None:
    from mailgate.store import query

    return here.look(lambda tx: query.drill(tx, row))


def _tell(drill: Drill, as_json: bool) -> int:
    if as_json:
        print_json(drill)
    else:
        print_table(_columns(), drill.channels, f"no drill left for {drill.technician}: see inbox row {drill.inbox}")
    return DONE if drill.taken else NO


def _columns() -> tuple[Column[DrillShown], ...]:
    return (
        Column("channel", lambda one: one.channel),
        Column("to", lambda one: one.to),
        Column("state", lambda one: one.state),
        Column("reason", lambda one: one.reason or ""),
    )
