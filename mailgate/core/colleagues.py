"""Which technician is meant by what somebody typed: a key, a name, an address, or a first name that only one has."""

from __future__ import annotations

import difflib

from mailgate.core.intents import UNSAID
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


def nearest_technician(line: str, who: str, policy: Policy) -> tuple[str, str]:
    """The command with the one technician whom it probably meant, twice; when it may be several, or nobody, with all of
    them, and with a question."""
    command, wanted = line.split(maxsplit=1)[0], fold(" ".join(who.split()))[:40]
    called = {fold(word): one.key for one in policy.technicians.values() for word in (one.key, *one.name.split())}
    close = {called[word] for word in difflib.get_close_matches(wanted, called, n=3, cutoff=0.7)}
    if len(close) != 1:
        return f"{command} {' / '.join(policy.technicians)}", f"{command} {UNSAID}"
    found = f"{command} {close.pop()}"
    return found, found
