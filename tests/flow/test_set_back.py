"""A desk that is set back to its backup: what it may have said is held, and everything else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailgate import site, starter
from mailgate.core.events import ReleaseAsked
from mailgate.store import backup, inbox, restore, restored
from mailgate.store.backup import Source
from mailgate.store.verify import State, verify
from tests.builders import NOW
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.once import open_new
from tests.store.desk import MINUTE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    starter.write(tmp_path / "site")
    return tmp_path / "site"


@contextmanager
def working(root: Path, minutes: float = 0) -> Iterator[LiveDesk]:
    """The desk, so long after the first mail."""
    database = open_new(f"sqlite:///{root}/var/mailgate.db")
    desk = LiveDesk(site.load(root / "config.toml"), database)
    desk.advance(minutes=minutes)
    try:
        yield desk
        broken = [one for one in verify(database, desk.now) if one.state is State.BROKEN]
        assert not broken
    finally:
        database.close()


def back_up(desk: LiveDesk) -> None:
    backup.write(Source(f"sqlite:///{desk.root}/var/mailgate.db"), desk.root / "backup.db", False, desk.now)


def set_back(root: Path, minutes: float) -> None:
    """By a restore, so long after the first mail."""
    now = NOW + minutes * MINUTE
    target = Source(f"sqlite:///{root}/var/mailgate.db")
    with backup.claimed(root / "staged") as staged:
        restore.stage(root / "backup.db", staged, now, target)
        restore.place(staged, target, True)


def set_back_before_the_decision(root: Path) -> None:
    """To a backup that holds a mail that nothing was decided about."""
    with working(root) as desk:
        desk.accept(Letter("Bonjour").raw(1), "chef@acme.example", "support-urgent@example.com")
        back_up(desk)
    set_back(root, 5)


def held(desk: LiveDesk) -> restored.Held:
    with desk.database.read() as tx:
        return restored.held(tx)


def release(desk: LiveDesk, drop: bool = False) -> list[Sent]:
    """The operator's word about all that is held."""
    with desk.database.write() as tx:
        inbox.ask(tx, ReleaseAsked(0, desk.now, restored.newest_held(tx), drop=drop), desk.now)
    return desk.work()


def test_an_escalation_of_the_lost_time_is_held_and_the_next_one_leaves(root: Path) -> None:
    """The step at a quarter of an hour may have called people; the one at half an hour has not."""
    with working(root) as desk:
        desk.write(Letter("Bonjour"))
        back_up(desk)
        assert {one.template for one in desk.advance(minutes=16)} >= {"page"}
    set_back(root, 20)
    with working(root, 21) as desk:
        assert not desk.sent
        assert held(desk).pages > 0
        assert {one.template for one in desk.advance(minutes=60)} >= {"page"}


def test_a_mail_of_the_backup_that_was_not_decided_is_answered_by_the_operators_word(root: Path) -> None:
    """Its ticket is there, its people were perhaps called."""
    set_back_before_the_decision(root)
    with working(root, 6) as desk:
        assert not desk.sent
        assert not desk.advance(minutes=2), "who is called in place of people whose page is held is held, too"
        assert {one.template for one in release(desk)} >= {"acknowledgement", "page"}
        assert held(desk).rows == 0


def test_what_is_dropped_never_leaves(root: Path) -> None:
    """Whoever was called knows already."""
    set_back_before_the_decision(root)
    with working(root, 6) as desk:
        assert release(desk, drop=True) == []
        assert held(desk).rows == 0


def test_the_answer_to_a_lost_ticket_opens_another_and_lands_in_nobody_elses(root: Path) -> None:
    """Its number is nobody's any more, and its address names no ticket."""
    with working(root) as desk:
        desk.write(Letter("Bonjour"))
        back_up(desk)
        lost = desk.write(Letter("Encore", sender="it@acme.example", subject="Autre chose"))
        (told,) = [one for one in lost if one.template == "acknowledgement"]
        assert "[#1002]" in told.subject
    set_back(root, 5)
    with working(root, 6) as desk:
        fresh = desk.write(Letter("Bonjour", sender="new@other.example", subject="Nouveau"))
        assert any("[#2002]" in one.subject for one in fresh)
        again = desk.write(answer(told, "Merci, mais il manque ceci."))
        assert any("[#2003]" in one.subject for one in again if one.template == "acknowledgement")
        assert "il manque ceci" in desk.ticket(2003).messages[0].text
