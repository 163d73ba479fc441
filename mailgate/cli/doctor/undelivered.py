"""Addresses that mail does not reach, as bounces told: remembered until something shows that they work again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.cli.output import local
from mailgate.core.policy import Policy
from mailgate.core.reports import Fate
from mailgate.store import query
from mailgate.store.database import Tx
from mailgate.store.query import AddressShown

MOST = 20
"""How many addresses are named one by one."""

WORDS = {Fate.HARD: "never arrives", Fate.SOFT: "did not arrive"}


def addresses(tx: Tx, policy: Policy, _now: datetime) -> Iterator[Said]:
    """Every marked address."""
    yield from told(query.marked_addresses(tx), policy)


def told(marked: Sequence[AddressShown], policy: Policy) -> Iterator[Said]:
    """The desk's own people first: whom mail does not reach, nobody pages."""
    owners = _owners(policy)
    listed = sorted(marked, key=lambda one: (one.address not in owners, one.since))
    for one in listed[:MOST]:
        yield _one(one, owners.get(one.address), ZoneInfo(policy.desk.timezone))
    if len(listed) > MOST:
        yield warning(f"mail does not reach {len(listed) - MOST} more addresses")
    if not listed:
        yield ok("no address is known that mail does not reach")


def _one(marked: AddressShown, owner: str | None, zone: ZoneInfo) -> Said:
    what = f"mail to {marked.address} {WORDS.get(marked.fate, 'did not arrive')}, since {local(marked.since, zone)}"
    why = f" ({marked.reason})" if marked.reason else ""
    if owner is not None:
        return bad(
            f"{what}{why}: it is the address of {owner}, who hears nothing; correct it, or find out what is wrong"
        )
    return warning(f"{what}{why}: reach them otherwise, and correct the address where it is in rules/")


def _owners(policy: Policy) -> dict[str, str]:
    """Whose at the desk an address is."""
    owners = dict.fromkeys(policy.desk.administrators, "an administrator")
    for one in policy.technicians.values():
        owners |= dict.fromkeys(one.mails, f"technician '{one.key}'")
        owners |= {pager.target.lower(): f"technician '{one.key}' (a pager)" for pager in one.pagers if pager.by_mail}
    return owners
