"""`mailgate doctor`: the program, the disk, the database and the files of this machine."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate import site
from mailgate.cli.doctor import database, disk, files, program
from mailgate.cli.doctor.findings import State
from mailgate.cli.doctor.patient import Patient
from mailgate.config import Config, keyfile
from mailgate.store.disk import Disk, Left
from mailgate.store.health import Schema, ServerHealth, SqliteHealth
from tests.cli.patients import a_config, edit, of, worst
from tests.cli.sites import MONDAY, a_database
from tests.flow.desk import RING

SOUND = SqliteHealth(Schema.OURS, "wal", 2, None, finished=True)
SERVER = ServerHealth(Schema.OURS, "15.18", "on", "on", "on", "", standby=False, replicas=0)
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/export /srv/shared\\040files nfs4 rw 0 0
/dev/sdb1 /srv xfs rw 0 0
overlay /srv overlay rw 0 0
"""


def with_ring(config: Path) -> Config:
    """The starter after its first start."""
    settings = a_config(config)
    settings.secret_path.parent.mkdir(mode=0o700)
    settings.secret_path.write_text(site.stand_in_ring().dump())
    settings.secret_path.chmod(0o600)
    return settings


@pytest.mark.parametrize(("version", "state"), [("1.4.6", State.OK), ("1.4.4.post2", State.BAD), ("1.4.5", State.BAD)])
def test_an_aiosmtpd_that_lets_mails_be_smuggled_is_bad(version: str, state: State) -> None:
    """CVE-2024-27305 and CVE-2024-34083; Debian 12 has 1.4.3."""
    assert program.safe(version).state is state


@pytest.mark.parametrize(("version", "state"), [((3, 51, 3), State.OK), ((3, 40, 1), State.WARNING)])
def test_an_sqlite_that_two_writers_damage_is_a_warning(version: tuple[int, ...], state: State) -> None:
    """Hazard M23: there is one writer, as long as nobody brings another."""
    assert program.trusted(version).state is state


def test_an_extra_that_is_configured_must_be_installed(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's driver, here."""
    edit(config, "sqlite:///var/mailgate.db", "postgresql://desk@127.0.0.1:1/mailgate")
    assert worst(program.extras(site.load(config))) is State.OK
    monkeypatch.setattr(program, "find_spec", lambda _: None)
    (says,) = of(program.extras(site.load(config)), State.BAD)
    assert says == "PostgreSQL cannot be reached: install mailgate with its extra 'postgres'"


def test_what_is_not_configured_needs_no_extra(config: Path) -> None:
    """The starter runs on the plain installation."""
    assert tuple(program.extras(site.load(config))) == ()


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.OK),
        ({"finished": False}, State.OK),
        ({"schema": Schema.NONE}, State.OK),
        ({"schema": Schema.OLDER}, State.WARNING),
        ({"schema": Schema.NEWER}, State.BAD),
        ({"damage": "row 7 missing from index"}, State.BAD),
        ({"synchronous": 1}, State.BAD),
        ({"journal": "delete"}, State.BAD),
    ],
)
def test_what_sqlite_says_of_itself(change: dict[str, object], state: State) -> None:
    """NORMAL (1) lost up to 332 acknowledged mails at a power cut (hazards M15)."""
    assert worst(database.of_sqlite(replace(SOUND, **change))) is state  # type: ignore[arg-type]  # the case names fields


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.OK),
        ({"fsync": "off"}, State.BAD),
        ({"full_page_writes": "off"}, State.BAD),
        ({"synchronous_commit": "off"}, State.BAD),
        ({"standby": True}, State.BAD),
        ({"replicas": 1}, State.WARNING),
        ({"replicas": 1, "synchronous_standby_names": "*", "synchronous_commit": "local"}, State.WARNING),
        ({"replicas": 1, "visible": 1, "synchronous": 1, "synchronous_standby_names": "*"}, State.OK),
        ({"replicas": 1, "synchronous_standby_names": "*"}, State.WARNING),
        ({"replicas": 1, "visible": 1, "synchronous_standby_names": "other"}, State.BAD),
        ({"replicas": 0, "synchronous_standby_names": "*"}, State.BAD),
        ({"connections": 15}, State.WARNING),
        ({"ahead": timedelta(seconds=1)}, State.OK),
        ({"ahead": timedelta(seconds=-10)}, State.WARNING),
        ({"ahead": timedelta(seconds=40)}, State.BAD),
    ],
)
def test_what_postgresql_says_of_itself(change: dict[str, object], state: State) -> None:
    """Asynchronous replication lost 524 acknowledged mails in one failover (hazards M17)."""
    assert worst(database.of_postgresql(replace(SERVER, **change))) is state  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("rest", "undecided"),
    [
        ("desk@one/mailgate", False),
        ("desk@one,two/mailgate", True),
        ("desk@/mailgate?host=one,two", True),
        ("desk@/mailgate?host=one&host=two&target_session_attrs=any", True),
        ("desk@one,two/mailgate?target_session_attrs=read-write", False),
        ("desk@/mailgate?host=one:5432&host=two:5432&target_session_attrs=primary", False),
    ],
)
def test_one_of_several_servers_takes_writes(rest: str, undecided: bool) -> None:
    """libpq takes the first that answers, unless it is told otherwise."""
    assert database.is_undecided(f"postgresql://{rest}") is undecided


def test_a_database_that_cannot_be_used_is_bad(config: Path) -> None:
    """Nobody listens at port 1; a file may be anything."""
    settings = a_config(config, "sqlite:///var/mailgate.db", "postgresql://desk@127.0.0.1:1/mailgate")
    (says,) = of(database.database(settings), State.BAD)
    assert says.startswith("the database cannot be used: connection failed: ")
    settings = a_config(config, "postgresql://desk@127.0.0.1:1/mailgate", "sqlite:///rules/20-queues.toml")
    assert worst(database.database(settings)) is State.BAD


def test_a_database_that_was_started_is_sound(config: Path) -> None:
    """And one that was not is made on the first start."""
    settings = a_config(config)
    assert of(database.database(settings), State.OK) == [f"{settings.database.path} is made on the first start"]
    a_database(config).close()
    assert worst(database.database(settings)) is State.OK


def test_a_database_that_is_gone_is_told_of(config: Path) -> None:
    """The next start would make an empty one, beside keys that know better."""
    settings = a_config(config)
    keyfile.write(settings.secret_path, RING)
    (says,) = of(database.database(settings), State.WARNING)
    assert f"{settings.database.path} is not there" in says


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (Left(100_000_000_000, None), State.OK),
        (Left(500_000_000, 10_000), State.WARNING),
        (Left(30_000_000, None), State.BAD),
        (Left(100_000_000_000, 12), State.BAD),
    ],
)
def test_a_disk_must_have_room_for_the_next_mail(left: Left, state: State) -> None:
    """One and a half times the largest, and a file for it."""
    assert disk.room(left, Disk(Path("/srv"), 25_000_000)).state is state


@pytest.mark.parametrize(
    ("place", "kind", "state"),
    [
        ("/var/lib/mailgate", "ext4", State.OK),
        ("/run/mailgate", "tmpfs", State.BAD),
        ("/srv/shared files/desk", "nfs4", State.BAD),
        ("/srv/desk", "overlay", State.WARNING),
    ],
)
def test_some_file_systems_do_not_keep_what_they_get(place: str, kind: str, state: State) -> None:
    """The deepest mount counts, and of several at one place the last (proc(5), with its octal blanks)."""
    assert disk.file_system(Path(place), MOUNTS) == kind
    assert disk.kind(Path(place), kind).state is state


def test_a_system_without_proc_knows_no_kind() -> None:
    """It says so, and nothing worse."""
    assert disk.file_system(Path("/srv"), "") is None
    assert disk.kind(Path("/srv"), None).state is State.OK


def test_secrets_that_others_can_read_are_bad(config: Path) -> None:
    """A ring signs reply addresses; with it anybody writes into any ticket."""
    settings = with_ring(config)
    assert of(files.secrets(settings), State.OK)[0].startswith(f"the key ring {settings.secret_path} holds 1 key; ")
    settings.secret_path.chmod(0o640)
    (says,) = of(files.secrets(settings), State.BAD)
    assert says.endswith(f"chmod 600 {settings.secret_path}")


def test_a_ring_that_is_none_is_told_in_the_words_of_the_start(config: Path) -> None:
    """The daemon would refuse it, too."""
    settings = with_ring(config)
    settings.secret_path.write_text("nonsense")
    assert "line 1 of the key ring is not 'NUMBER HEXKEY'" in of(files.secrets(settings), State.BAD)[0]


def test_a_password_that_cannot_be_read_is_told_once(config: Path) -> None:
    """Not again among the mistakes of the site."""
    edit(config, 'url = "maildir:var/outgoing"', 'url = "smtp://desk@127.0.0.1:1"\npassword_file = "secrets/relay"')
    settings = a_config(config)
    (says,) = of(files.secrets(settings), State.BAD)
    assert "'secrets/relay' cannot be read" in says
    assert of(files.site(Patient(config, MONDAY, settings, site.load(config))), State.BAD) == []


def test_rules_that_anybody_may_rewrite_are_bad(config: Path) -> None:
    """Who writes rules commands the desk (A50)."""
    (config.parent / "rules" / "30-people.toml").chmod(0o666)
    assert of(files.files(a_config(config)), State.BAD) == [
        "any user of this machine may rewrite rules/30-people.toml: chmod o-w them"
    ]


def test_mails_that_others_can_read_are_a_warning(config: Path) -> None:
    """A database restored by hand, in a directory that is open."""
    a_database(config).close()
    settings = a_config(config)
    assert settings.database.path is not None
    settings.database.path.chmod(0o644)
    assert of(files.files(settings), State.WARNING) == []
    settings.database.path.parent.chmod(0o755)
    assert of(files.files(settings), State.WARNING) == [
        f"other users of this machine may read every mail: chmod 600 {settings.database.path}"
    ]


def test_a_place_that_may_not_be_written_is_bad(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unit's ReadWritePaths, or the owner, is not as the README says."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    (says,) = of(files.files(a_config(config)), State.BAD)
    assert f"may not write to {config.parent}" in says
