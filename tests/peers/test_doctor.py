"""`mailgate doctor` on real PostgreSQL servers: what they promise about accepted mail, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.cli.doctor import database, nodes
from mailgate.cli.doctor.findings import Said, State
from mailgate.daemon.clock import now
from mailgate.site import Site
from mailgate.site import load as load_site
from mailgate.store import health, tenures
from mailgate.store.database import Database
from tests.flow.process import a_site, command
from tests.peers import wait_until
from tests.peers.postgres import Postgres
from tests.peers.replicas import Pair, running_pair

pytestmark = pytest.mark.peer("postgres")

SECRET = "hunter2-not-to-be-shown"
BOX = "mailbox support@imap.example.com/INBOX"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with running_pair() as running:
        yield running


def a_role(postgres: Postgres, name: str, database: str) -> None:
    """An ordinary one, as an administrator makes it for mailgate."""
    postgres.ask(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 40")
    postgres.ask(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}", database)


def loaded(root: Path, url: str, *, role: str = "postgres") -> Site:
    """The starter on that database, with a password that this server does not ask for."""
    a_site(root, **{"sqlite:///var/mailgate.db": url.replace("postgres@", f"{role}@")})
    secret = root / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    config = root / "config.toml"
    config.write_text(config.read_text().replace('# password_file = "secrets/database"', f'password_file = "{secret}"'))
    return load_site(config)


def said(site: Site) -> list[Said]:
    found = list(database.database(site.config))
    assert SECRET not in str(found)
    return found


def one_about(found: list[Said], word: str) -> Said:
    (said,) = [one for one in found if word in one.says]
    return said


def test_a_server_that_waits_for_no_disk_is_bad(postgres: Postgres, desk_url: str, tmp_path: Path) -> None:
    """The tests' own cluster, whose accepted mails a power cut would lose."""
    found = said(loaded(tmp_path, desk_url))
    assert [one.state for one in found].count(State.BAD) == 3
    for setting in ("fsync is off", "full_page_writes is off", "synchronous_commit is off"):
        assert one_about(found, setting).state is State.BAD
    assert one_about(found, "clock agrees").state is one_about(found, "connections").state is State.OK


def test_replication_is_told_for_what_it_is(pair: Pair, tmp_path: Path) -> None:
    """Asynchronous, synchronous, and synchronous without its standby; an ordinary role may not see all of it."""
    name = pair.create_desk()
    a_role(pair, "desk", name)
    site = loaded(tmp_path / "admin", pair.url(name))
    theirs = loaded(tmp_path / "role", pair.url(name), role="desk")
    weak = one_about(said(site), "replication is asynchronous (1 connected)")
    assert weak.state is State.WARNING
    assert "a failover may lose the last mails that were answered 250" in weak.says
    assert weak in said(theirs)
    assert one_about(said(theirs), "connections").says.startswith("the database takes 40 connections, enough for 2")

    pair.wait_for_standby()
    assert one_about(said(site), "is on this server and on a standby (*)").state is State.OK
    assert one_about(said(theirs), "GRANT pg_read_all_stats").state is State.WARNING
    pair.ask("GRANT pg_read_all_stats TO desk")
    assert one_about(said(theirs), "is on this server and on a standby (*)").state is State.OK

    pair.second.stop()
    wait_until(lambda: pair.ask("SELECT count(*) FROM pg_stat_replication") == [(0,)], what="the loss")
    assert one_about(said(site), "no mail can be accepted").state is State.BAD
    pair.second.start()


def test_a_standby_is_told_to_be_one(pair: Pair, tmp_path: Path) -> None:
    """A URL that names only the standby."""
    name = pair.create_desk()
    standby = replace(pair, run=pair.second.run)
    wait_until(lambda: standby.ask(f"SELECT datname FROM pg_database WHERE datname = '{name}'"), what="the copy")
    url = Postgres.url(standby, name)
    assert one_about(said(loaded(tmp_path, url)), "is a standby").state is State.BAD


def test_the_way_of_the_answer_is_no_difference_of_clocks(desk_url: str) -> None:
    """A clock that is off is told by how much; one that is right is right however slow the server is."""
    assert health.of_server(desk_url, None, 5.0, now).ahead == timedelta(0)
    late = health.of_server(desk_url, None, 5.0, lambda: now() - timedelta(minutes=1)).ahead
    assert timedelta(seconds=58) < late <= timedelta(seconds=60)


def test_who_reads_which_mailbox_is_told(desk_url: str, tmp_path: Path) -> None:
    """And that nobody does."""
    site, shared = loaded(tmp_path, desk_url), Database.open(desk_url)
    with shared.write() as tx:
        tenures.hold(tx, [BOX, "round trip"], "desk1-0a1b2c3d", timedelta(seconds=30))
        tenures.report(tx, BOX, timedelta(0))
    with shared.read() as tx:
        (whose,) = nodes.nodes(tx, site.policy, now())
    assert whose.state is State.OK
    assert whose.says.startswith(f"desk1-0a1b2c3d reads {BOX} since ")
    with shared.write() as tx:
        tenures.let_go(tx, [BOX], "desk1-0a1b2c3d")
    with shared.read() as tx:
        assert [one.state for one in nodes.nodes(tx, site.policy, now())] == [State.WARNING]
    shared.close()


def test_a_role_that_may_not_make_tables_is_told_what_to_do(postgres: Postgres, tmp_path: Path) -> None:
    """Since PostgreSQL 15 nobody may but the owner of the database; `serve` says it in one line, too."""
    postgres.ask("CREATE ROLE guest LOGIN")
    name = postgres.create()
    site = loaded(tmp_path, postgres.url(name), role="guest")
    assert one_about(said(site), "may not make tables in the schema public").state is State.BAD
    started = command(tmp_path, "serve")
    assert (started.returncode, started.stderr.count("\n")) == (1, 1)
    assert "permission denied for schema public; `mailgate doctor` says more" in started.stderr
    postgres.ask(f"ALTER DATABASE {name} OWNER TO guest")
    assert "may not" not in str(said(site))
    postgres.drop(name)


def test_a_role_that_may_only_read_is_told_what_to_do(desk_url: str, postgres: Postgres, tmp_path: Path) -> None:
    """The tables are somebody else's: the first mail would be refused, or the next upgrade."""
    name = desk_url.partition("?")[0].rpartition("/")[2]
    postgres.ask("CREATE ROLE reader LOGIN")
    postgres.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", name)
    site = loaded(tmp_path, desk_url, role="reader")
    assert one_about(said(site), "may not read and write absence").state is State.BAD
    postgres.ask("GRANT ALL ON ALL TABLES IN SCHEMA public TO reader", name)
    assert one_about(said(site), "_id_seq").state is State.BAD
    postgres.ask("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader", name)
    assert "may not" not in str(said(site))
    postgres.ask("UPDATE alembic_version SET version_num = '0001'", name)
    assert one_about(said(site), "may not change the table absence").state is State.BAD
    assert one_about(said(site), "back it up first").says.endswith("by pg_dump, or by the mailgate that made it")
    postgres.ask("DROP OWNED BY reader", name)
    postgres.ask("DROP ROLE reader")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_few_letters_is_refused(encoding: str, postgres: Postgres, tmp_path: Path) -> None:
    """Every mail with an apostrophe as it should be would go into quarantine."""
    name = f"desk_{encoding.lower()}"
    postgres.ask(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
    (found,) = said(loaded(tmp_path, postgres.url(name)))
    assert found.state is State.BAD
    assert f"encoding of the database is {encoding}" in found.says
    started = command(tmp_path, "serve")
    assert (started.returncode, started.stderr.count("\n")) == (1, 1)
    postgres.drop(name)
