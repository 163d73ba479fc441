"""Signatures are verified between the doors and custody, where config.toml asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailgate.config import Config
from mailgate.core.custody import Custody
from mailgate.daemon import clock
from mailgate.edge.dkim import Lookup, signers
from mailgate.edge.notary import Notary


@contextmanager
def verifying(settings: Config, custody: Custody, lookup: Lookup) -> Iterator[Custody]:
    """Who takes the mails from the doors until the block ends."""
    if not settings.dkim.verify:
        yield custody
        return
    notary = Notary(custody, lambda raw, seconds: signers(raw, lookup, clock.now(), seconds))
    notary.start()
    try:
        yield notary
    finally:
        notary.stop()
