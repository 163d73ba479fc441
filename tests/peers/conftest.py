"""What several tests of real peers begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailgate.edge.imap_in import Mailbox
from tests.peers.dovecot import Dovecot, running_dovecot
from tests.peers.mailboxes import a_mailbox


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """One for all tests of a file."""
    with running_dovecot() as running:
        yield running


@pytest.fixture
def mailbox(dovecot: Dovecot, request: pytest.FixtureRequest) -> Mailbox:
    """An account that no other test has."""
    return a_mailbox(dovecot, f"{abs(hash(request.node.nodeid))}@desk.example")
