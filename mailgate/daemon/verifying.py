"""Signatures are verified between the doors and custody, where config.toml asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from mailgate.config import Config
from mailgate.core.custody import Custody
from mailgate.edge.dkim import Lookup, signers
from mailgate.edge.notary import Notary


@contextmanager
def verifying(settings: Config, custody: Custody, lookup: Lookup, clock: Callable[[], datetime]) -> Iterator[Custody]:
    """Who takes the mails from the doors until the block ends."""
    if not settings.dkim.verify:
        yield custody
        return
    notary = Notary(custody, lambda raw, seconds: signers(raw, lookup, clock(), seconds))
    notary.start()
    try:
        yield notary
    finally:
        notary.stop()
