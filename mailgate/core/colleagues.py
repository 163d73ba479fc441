"""Which technician is meant by what somebody typed: a key, a name, an address, or a first name that only one has."""

from __future__ import annotations

from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.words import fold


def find_technician(who: str, policy: Policy) -> Technician | None:
    """In any case and without accents; None when nobody is meant, or several may be."""
    wanted = fold(" ".join(who.split()))
    everybody = policy.technicians.values()
    exactly = [one for one in everybody if wanted in {fold(one.key), fold(one.name), *one.mails}]
    found = exactly or [one for one in everybody if wanted in fold(one.name).split()[:1]]
    return found[0] if len(found) == 1 else None
