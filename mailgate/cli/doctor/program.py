"""Versions: the ones that lose mail or let strangers in, and the extras that this site needs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

from mailgate import __version__
from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.cli.doctor.patient import Patient
from mailgate.config import Config
from mailgate.core.targets import scheme_of
from mailgate.edge.smtp_in import UnsafeLibrary, require_safe
from mailgate.rulebook.pagers import OWN
from mailgate.site import Site
from mailgate.store.health import SQLITE_VERSION

WAL_RESET_MENDED = (3, 51, 3)


def python(_patient: Patient) -> Iterator[Said]:
    """For whoever asks for help; older than 3.11, none of this would run."""
    yield ok(f"mailgate {__version__} on Python {'.'.join(map(str, sys.version_info[:3]))}")


def aiosmtpd(_patient: Patient) -> Iterator[Said]:
    """The library that strangers speak to."""
    yield safe(version("aiosmtpd"))


def safe(installed: str) -> Said:
    """What is known of a version of aiosmtpd."""
    try:
        require_safe(installed)
    except UnsafeLibrary as unsafe:
        return bad(str(unsafe))
    return ok(f"aiosmtpd {installed}: neither smuggled mails (CVE-2024-27305) nor injected commands (CVE-2024-34083)")


def sqlite(config: Config) -> Iterator[Said]:
    """The library that keeps the mails, when it does."""
    if config.database.path is not None:
        yield trusted(SQLITE_VERSION)


def trusted(installed: tuple[int, ...]) -> Said:
    """What is known of a version of SQLite."""
    name = "SQLite " + ".".join(map(str, installed))
    if installed >= WAL_RESET_MENDED:
        return ok(f"{name}: no bug is known that mailgate could meet")
    return warning(
        f"{name} can damage a database that two connections write to at once (mended in 3.51.3). mailgate writes "
        "through one: let no other program write to its database"
    )


def extras(site: Site) -> Iterator[Said]:
    """What must be installed beside mailgate for what is configured."""
    needed = [need for need in NEEDS if need.of(site)]
    missing = [need for need in needed if find_spec(need.module) is None]
    yield from (bad(f"{need.why}: install mailgate with its extra '{need.extra}'") for need in missing)
    if needed and not missing:
        yield ok(f"every extra that this site needs is installed ({few(need.extra for need in needed)})")


@dataclass(frozen=True, slots=True)
class Need:
    """An optional extra, the module that it brings, and which sites it fails without."""

    extra: str
    module: str
    of: Callable[[Site], bool]
    why: str


def _pages_by_url(site: Site) -> bool:
    pagers = (pager for one in site.policy.technicians.values() for pager in one.pagers)
    return any(not pager.by_mail and scheme_of(pager.target) not in OWN for pager in pagers)


NEEDS = (
    Need("notify", "apprise", _pages_by_url, "some pagers get no page without Apprise"),
    Need("dkim", "dkim", lambda site: site.config.dkim.verify, "DKIM signatures cannot be verified"),
    Need("postgres", "psycopg", lambda site: site.config.database.path is None, "PostgreSQL cannot be reached"),
)
