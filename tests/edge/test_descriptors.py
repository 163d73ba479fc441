"""Guests never take the last file descriptor: the database and the relay need theirs."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from mailgate.edge.descriptors import ENOUGH, OURS, claim, for_strangers


@pytest.fixture
def systemd() -> Iterator[None]:
    """What a service gets: 1024, and the right to more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("systemd")
def test_what_is_there_for_the_asking_is_asked_for() -> None:
    """Two doors of a thousand guests each do not fit into what a service is given."""
    assert claim() == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert claim() >= min(ENOUGH, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


@pytest.mark.parametrize(("available", "doors", "each"), [(8192, 2, 1000), (1024, 1, 768), (1024, 2, 384), (64, 1, 32)])
def test_where_there_are_few_guests_get_fewer(available: int, doors: int, each: int) -> None:
    """At least half is kept, however little there is."""
    assert for_strangers(available, doors, 1000) == each
    assert doors * each <= max(available - OURS, available // 2)
