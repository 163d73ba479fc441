"""What is examined, as far as it can be used: a broken rulebook must not hide a relay that is down.

`of_config`, `of_policy` and the like make a check of a function that needs only its part of the patient. Where that
part is missing the check says nothing: what is wrong with it is said by the check whose business it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailgate import config, site
from mailgate.cli.doctor.findings import Sayings
from mailgate.cli.staffing import told_by_mail
from mailgate.config import Config
from mailgate.core.policy import Policy
from mailgate.core.presence import Absences
from mailgate.site import Site
from mailgate.store.database import Database, Tx
from mailgate.store.health import UNREADABLE
from mailgate.toml.mistakes import Mistake, SiteMistakes


@dataclass(frozen=True, slots=True)
class Patient:
    """`config` and `site` are None when they cannot be used; `mistakes` then says why."""

    path: Path
    now: datetime
    config: Config | None = None
    site: Site | None = None
    mistakes: tuple[Mistake, ...] = ()


Check = Callable[[Patient], Sayings]


def admit(path: Path, now: datetime) -> Patient:
    """Read a site; creates nothing."""
    try:
        loaded = site.load(path)
    except SiteMistakes as found:
        return Patient(path, now, _config_alone(path), None, found.mistakes)
    return Patient(path, now, loaded.config, loaded)


def of_config(examine: Callable[[Config], Sayings]) -> Check:
    """A check of what config.toml says."""
    return lambda patient: () if patient.config is None else examine(patient.config)


def of_config_now(examine: Callable[[Config, datetime], Sayings]) -> Check:
    """A check of what config.toml says, at a time."""
    return lambda patient: () if patient.config is None else examine(patient.config, patient.now)


def of_site(examine: Callable[[Site], Sayings]) -> Check:
    """A check of config and rules together."""
    return lambda patient: () if patient.site is None else examine(patient.site)


def of_policy(examine: Callable[[Policy, datetime], Sayings]) -> Check:
    """A check of what the rules say, at a time."""
    return lambda patient: () if patient.site is None else examine(patient.site.policy, patient.now)


def of_plan(examine: Callable[[Policy, Absences, datetime], Sayings]) -> Check:
    """A check of who is there when, by the rules and by mail."""

    def check(patient: Patient) -> Sayings:
        if patient.site is None:
            return ()
        return examine(patient.site.policy, told_by_mail(patient.site.config), patient.now)

    return check


def of_rows(examine: Callable[[Tx, Policy, datetime], Sayings]) -> Check:
    """A check of what the database holds; silent before the first start."""

    def check(patient: Patient) -> Sayings:
        if patient.site is None:
            return ()
        try:
            return _asked(examine, patient.site, patient.now)
        except (*UNREADABLE, SiteMistakes):
            return ()

    return check


def _asked(examine: Callable[[Tx, Policy, datetime], Sayings], loaded: Site, now: datetime) -> Sayings:
    where = loaded.config.database
    database = Database.peek(where.url, where.read_password())
    if database is None:
        return ()
    try:
        with database.read() as tx:
            return tuple(examine(tx, loaded.policy, now))
    finally:
        database.close()


def _config_alone(path: Path) -> Config | None:
    try:
        return config.load(path)
    except SiteMistakes:
        return None
