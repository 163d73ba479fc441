"""Rules that are edited while the desk runs: taken up as a whole, or refused with their place and told once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailgate import site, starter
from mailgate.core.letters import NoticeFacts
from mailgate.daemon import reading
from mailgate.daemon.in_force import InForce
from mailgate.daemon.reloading import NOTICES, Means, Reloads
from mailgate.mail.templates import Templates
from mailgate.store import clocks
from mailgate.store.database import DATABASE_FAULTS, Database
from tests.builders import NOW
from tests.flow.desk import RING, a_database
from tests.flow.process import eventually

QUEUES, PEOPLE, RULES = "rules/20-queues.toml", "rules/30-people.toml", "rules/60-rules.toml"
URGENT, BOTH = '"support-urgent@example.com"', '"support-urgent@example.com", "pannes@example.com"'
NEW_QUEUE = """
[queue.new]
addresses = ["new@example.com"]
calendar = "regular"
callback = "4h"
notify = 1
team = "support"
"""


@dataclass
class Bench:
    """Reloads of a site, and what came of them."""

    root: Path
    database: Database
    in_force: InForce
    told: list[NoticeFacts] = field(default_factory=list)
    woken: list[None] = field(default_factory=list)

    def __post_init__(self) -> None:
        means = Means(self.in_force, self.database, lambda: NOW, lambda: self.woken.append(None), self.told.append)
        self.reloads = Reloads(means)

    def edit(self, name: str, old: str, new: str) -> None:
        """Somebody saves a file."""
        path = self.root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def add(self, name: str, more: str) -> None:
        """Somebody adds to a file."""
        with (self.root / name).open("a", encoding="utf-8") as file:
            file.write(more)

    def reload(self) -> list[str]:
        """What the log said of it."""
        with capture_logs() as lines:
            self.reloads.reload()
        return [f"{line['event']} {line.get('says', line.get('key', ''))}".strip() for line in lines]


@contextmanager
def a_bench(root: Path) -> Iterator[Bench]:
    starter.write(root)
    with a_database(root / "var/mailgate.db") as database:
        yield Bench(root, database, InForce(site.settled(root / "config.toml"), RING))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The starter; its templates are sound, which is not looked at each time."""
    monkeypatch.setattr(Templates, "check", lambda _templates: ())
    with a_bench(tmp_path / "site") as one:
        yield one


def test_good_rules_are_in_force_at_once(bench: Bench) -> None:
    """For everybody who asks; the engine is told, and woken for the clocks."""
    engine = list[object]()
    bench.in_force.changed = engine.append
    bench.edit(QUEUES, URGENT, BOTH)
    assert bench.reload() == ["daemon.reloaded"]
    assert bench.in_force.policy().queue_of("pannes@example.com") is not None
    assert engine == [bench.in_force.desk()]
    bench.edit(QUEUES, BOTH, URGENT)
    assert bench.reload() == ["daemon.reloaded"]
    assert bench.in_force.policy().queue_of("pannes@example.com") is None
    assert (len(bench.woken), bench.told) == (2, [])


def test_systemd_hears_when_a_reload_begins_and_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it ends (sd_notify(3)); with the time at which it began, for `Type=notify-reload`."""
    news = list[tuple[str, ...]]()
    monkeypatch.setattr("mailgate.daemon.reloading.notify", lambda *words: news.append(words))
    bench.reload()
    bench.edit(QUEUES, "[queue.urgent]", "[queue.urgent")
    bench.reload()
    assert [words[0] for words in news] == ["RELOADING=1", "READY=1"] * 2
    assert news[0][1].startswith("MONOTONIC_USEC=")


MISTAKES = {
    "no TOML": ((QUEUES, "[queue.urgent]", "[queue.urgent"), "rules/20-queues.toml:"),
    "an unknown word": ((QUEUES, "callback  = ", "calback  = "), "(did you mean 'callback'?)"),
    "nobody": ((PEOPLE, '"tech1", "tech2", ', '"tech9", '), "rules/30-people.toml:"),
    "an example": (
        (RULES, 'customer = "acme", priority = "P1"', 'customer = "acme", priority = "P2"'),
        "example of rule",
    ),
    "config.toml": (("config.toml", "[smtp]", "[smpt]"), "config.toml:"),
    "no directory": (("rules/00-desk.toml", "", ""), "rules"),
}


@pytest.mark.parametrize(("edit", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_changes_nothing_and_is_told_with_its_place(
    bench: Bench, edit: tuple[str, str, str], says: str
) -> None:
    """In the log, in the note for `doctor`, and in one mail to the administrators, however often it is tried."""
    before = bench.in_force.site(), bench.in_force.desk()
    bench.edit(*edit)
    if edit[1] == "":
        (bench.root / "rules").rename(bench.root / "gone")
    logged = bench.reload()
    assert {line.partition(" ")[0] for line in logged} == {"daemon.not_reloaded"}
    assert any(says in line for line in logged)
    assert (bench.in_force.site(), bench.in_force.desk()) == before
    bench.reload()
    (notice,) = bench.told
    assert (notice.code, notice.detail.splitlines()[0]) == ("reload-refused", logged[0].partition(" ")[2])
    assert bench.reloads.reading.refused == tuple(line.partition(" ")[2] for line in logged)


def test_a_broken_template_is_a_mistake(tmp_path: Path) -> None:
    """At the start it is only warned of, because built-in words stand in for it; while the desk runs, its old one."""
    with a_bench(tmp_path / "site") as bench:
        (bench.root / "templates/fr/page.txt.j2").write_text("Subject: x\n\n{{ nothing.at.all }}", "utf-8")
        (says,) = set(bench.reload())
        assert says.startswith("daemon.not_reloaded templates/fr/page.txt.j2:3:1: ")
        assert bench.reloads.differs()


def test_each_new_mistake_is_told_and_not_without_end(bench: Bench) -> None:
    """Whoever tries things out does not fill a mailbox; when it has worked once, it is news again."""
    for number in range(2 * NOTICES):
        (bench.root / "rules/99-more.toml").write_text(f"x{number} = 1\n", "utf-8")
        bench.reload()
    assert len({notice.detail for notice in bench.told}) == len(bench.told) == NOTICES
    (bench.root / "rules/99-more.toml").unlink()
    bench.reload()
    (bench.root / "rules/99-more.toml").write_text("x1 = 1\n", "utf-8")
    bench.reload()
    assert len(bench.told) == NOTICES + 1


def test_what_needs_a_restart_is_named_and_the_rest_is_taken_up(bench: Bench) -> None:
    """A door is not closed by a word; the language of the mails is another one at once."""
    bench.edit("config.toml", "127.0.0.1:8025", "127.0.0.1:8026")
    bench.edit("config.toml", '"fr-CA"', '"en-CA"')
    bench.add(QUEUES, NEW_QUEUE)
    assert bench.reload()[0].startswith("daemon.needs_restart")
    door = bench.in_force.site().config.smtp
    assert door is not None
    assert door.listen.port == 8025
    assert bench.in_force.policy().desk.language == "en-CA"
    assert bench.in_force.policy().queue_of("new@example.com") is not None
    assert bench.reloads.reading.waiting == ("smtp.listen",)
    assert not bench.reloads.differs()


def test_rules_for_a_desk_that_must_be_started_first_are_refused(bench: Bench) -> None:
    """The new address is a queue's now, and the desk still answers to it: with the old one they would clash."""
    bench.edit("config.toml", "tickets@example.com", "desk@example.com")
    bench.edit(QUEUES, URGENT, f'{URGENT}, "tickets@example.com"')
    before = bench.in_force.site()
    (says,) = bench.reload()
    assert says.startswith("daemon.not_reloaded rules/20-queues.toml:")
    assert bench.in_force.site() is before


def test_a_pager_and_its_gateway_come_together(bench: Bench) -> None:
    """The rules name what config.toml declares in the same breath."""
    sms = '\n[sms.example]\nurl = "https://sms.example.net/send"\njson = { to = "{number}", body = "{text}" }\n'
    bench.add("config.toml", sms)
    bench.edit(PEOPLE, "mailto:5145550101@pager.example.net?max=160", "sms:example/+15145550101")
    assert bench.reload() == ["daemon.reloaded"]
    assert "example" in bench.in_force.site().config.sms


def test_every_truncation_of_a_file_is_refused_or_a_whole(bench: Bench) -> None:
    """A disk that is full in the middle of a save: never half a queue (F33)."""
    whole = (bench.root / QUEUES).read_bytes()
    for end in range(0, len(whole), 101):
        (bench.root / QUEUES).write_bytes(whole[:end])
        taken = bench.reload() == ["daemon.reloaded"]
        assert taken is not bench.reloads.differs()
        assert taken or "urgent" in bench.in_force.policy().queues
    (bench.root / QUEUES).write_bytes(whole)
    assert bench.reload() == ["daemon.reloaded"]


def test_what_is_in_force_is_noted_for_commands(bench: Bench) -> None:
    """`doctor` asks from another process."""
    bench.reloads.start()
    place = reading.place(bench.in_force.site().config.secret_path)
    assert reading.last(place) == bench.reloads.reading
    bench.edit(QUEUES, "[queue.urgent]", "[queue.urgent")
    bench.reload()
    assert reading.last(place) == bench.reloads.reading
    bench.reloads.stop()


def test_a_database_in_trouble_delays_only_the_running_clocks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are in force; the clocks are looked at when it takes a write again."""
    faults = [DATABASE_FAULTS[-1]("the disk is full")]

    def in_trouble(*_: object) -> None:
        if faults:
            raise faults.pop()

    monkeypatch.setattr("mailgate.daemon.reloading.PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(clocks, "take_up", in_trouble)
    bench.edit(QUEUES, URGENT, BOTH)
    assert bench.reload() == ["daemon.reloaded", "reload.database_fault"]
    assert len(bench.woken) == 1


def test_a_storm_of_wishes_is_one_or_two_reloads(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks while a reload is at work is answered by the next one, and with everybody else who asked."""
    done = list[None]()

    def slow(_loaded: object, _now: object) -> tuple[()]:
        time.sleep(0.2)
        done.append(None)
        return ()

    monkeypatch.setattr(site, "mistakes_of", slow)
    with capture_logs():
        bench.reloads.start()
        for _ in range(20):
            bench.reloads.ask()
            time.sleep(0.005)
        eventually(lambda: len(done) == 2)
        time.sleep(0.3)
        bench.reloads.stop()
    assert len(done) == 2


def test_a_stop_is_not_held_up_by_a_reload(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it would have changed stays."""
    before, begun, released, ended = bench.in_force.site(), threading.Event(), threading.Event(), threading.Event()

    def hanging(_loaded: object, _now: object) -> tuple[()]:
        begun.set()
        released.wait(30)
        return ()

    monkeypatch.setattr(site, "mistakes_of", hanging)
    monkeypatch.setattr("mailgate.daemon.reloading.STOP_SECONDS", 0.01)
    monkeypatch.setattr("mailgate.daemon.reloading.notify", lambda *news: ended.set() if "READY=1" in news else None)
    bench.edit(QUEUES, URGENT, BOTH)
    bench.reloads.start()
    bench.reloads.ask()
    assert begun.wait(30)
    bench.reloads.stop()
    released.set()
    assert ended.wait(30)
    assert bench.in_force.site() is before


def test_what_is_in_force_is_not_called_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens to the running clocks afterwards: the new files are what the desk goes by."""
    monkeypatch.setattr(clocks, "take_up", lambda *_: 1 // 0)
    bench.edit(QUEUES, URGENT, BOTH)
    said = bench.reload()
    assert said[-1] == "reload.not_looked_at"
    assert (bench.told, bench.reloads.reading.refused) == ([], ())
    assert bench.in_force.site().digest == bench.reloads.reading.digest
