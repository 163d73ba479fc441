"""Whether "accepted" means "on disk": what the database is, and what it is told to do with a commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.config import Config
from mailgate.daemon import clock
from mailgate.daemon.clock import in_words
from mailgate.store import health
from mailgate.store.health import UNREADABLE, Schema, ServerHealth, SqliteHealth
from mailgate.toml.mistakes import SiteMistakes

SECONDS = 5.0
FULL = 2
"""`PRAGMA synchronous`: every commit waits for the disk."""

NODE_CONNECTIONS = 16
"""The most that one `serve` opens: a pool of fifteen, and the auditor's own."""

AGREE = timedelta(seconds=2)
STILL_SAFE = timedelta(seconds=25)
"""A lease outlives the longest attempt by a minute (sender.LEASE): two clocks may be off by half of that each."""

SCHEMA: dict[Schema, Said] = {
    Schema.NONE: ok("the database has no tables yet: they are made on the first start"),
    Schema.OLDER: warning("the database is of an earlier mailgate, and is changed at the next start: back it up first"),
    Schema.OURS: ok("the tables are those of this mailgate"),
    Schema.NEWER: bad(
        "the database was changed by a newer mailgate, and this one will not start on it: install that, or restore a "
        "backup"
    ),
}

OLDER_SERVER = warning(
    "the database is of an earlier mailgate, and is changed at the next start: back it up first, by pg_dump, or by the "
    "mailgate that made it"
)
"""`mailgate backup` copies an earlier file as it is, and no earlier tables of a server."""


def database(config: Config) -> Iterator[Said]:
    """The database that config.toml names."""
    try:
        path = config.database.path
        yield from _of_server(config) if path is None else _of_file(path, config.secret_path)
    except UNREADABLE as error:
        yield bad(f"the database cannot be used: {_reason(error)}")
    except SiteMistakes:
        yield bad("the database was not asked: its password cannot be read")
    except ModuleNotFoundError:
        yield bad("the database was not asked: the driver of PostgreSQL is not installed")


def _of_file(path: Path, secret: Path) -> Iterator[Said]:
    if path.exists():
        yield from of_sqlite(health.of_file(path, SECONDS))
    elif secret.exists():
        yield warning(
            f"{path} is not there, and the key ring {secret} is: if the database was lost or is elsewhere, put it back "
            "or restore a backup; `mailgate serve` makes an empty one, which no reply to an earlier mail fits"
        )
    else:
        yield ok(f"{path} is made on the first start")


def _of_server(config: Config) -> Iterator[Said]:
    where = config.database
    if is_undecided(where.url):
        yield warning(
            "the URL of the database names several servers: add target_session_attrs=read-write, or after a failover "
            "the desk may stay with one that takes no writes"
        )
    yield from of_postgresql(health.of_server(where.url, where.read_password(), SECONDS, clock.now))


def is_undecided(url: str) -> bool:
    """Whether a URL names several servers, and not the one that takes writes."""
    split = urlsplit(url)
    options = parse_qs(split.query)
    several = "," in split.netloc or "," in ",".join(options.get("host", ()))
    return several and options.get("target_session_attrs") not in (["read-write"], ["primary"])


def of_sqlite(found: SqliteHealth) -> Iterator[Said]:
    """What SQLite's answers mean."""
    yield SCHEMA[found.schema]
    if found.damage is not None:
        yield bad(f"the database is damaged, restore a backup: {found.damage}")
    elif found.finished:
        yield ok("no damage was found in the database")
    else:
        yield ok(f"no damage was found in the part of the database that could be read in {SECONDS:.0f} seconds")
    if found.synchronous < FULL or found.journal != "wal":
        yield bad(
            f"a commit may be lost at a power cut (journal_mode {found.journal}, synchronous {found.synchronous}): "
            "another program changed the file, or this SQLite cannot do better"
        )
    else:
        yield ok("every commit waits for the disk (WAL, synchronous=FULL)")


def of_postgresql(found: ServerHealth) -> Iterator[Said]:
    """What PostgreSQL's answers mean."""
    yield OLDER_SERVER if found.schema is Schema.OLDER else SCHEMA[found.schema]
    if found.standby:
        yield bad(f"this PostgreSQL {found.version} is a standby, on which nothing can be written: name the primary")
        return
    for name, value in (("fsync", found.fsync), ("full_page_writes", found.full_page_writes)):
        if value != "on":
            yield bad(f"a power cut damages the database: {name} is {value}, set it to on in postgresql.conf")
    if found.synchronous_commit == "off":
        yield bad("accepted mail is lost when the server stops suddenly: synchronous_commit is off, set it to on")
    else:
        yield _replication(found)
    if found.denied is not None:
        yield bad(
            f"this role of PostgreSQL may not {found.denied}, and the desk cannot run without: let the database and "
            "what is in it belong to the role (ALTER DATABASE … OWNER TO …, REASSIGN OWNED BY … TO …)"
        )
    yield _connections(found.connections)
    yield _clocks(found.ahead)


def _replication(found: ServerHealth) -> Said:
    waits = bool(found.synchronous_standby_names) and found.synchronous_commit != "local"
    if found.replicas and not waits:
        return warning(
            f"replication is asynchronous ({found.replicas} connected): a failover may lose the last mails that were "
            "answered 250. Set synchronous_standby_names, and synchronous_commit = on, to lose none"
        )
    if not waits:
        return ok(
            f"PostgreSQL {found.version}: what was committed is on this server's disk, and no standby is connected"
        )
    names = found.synchronous_standby_names
    if found.visible < found.replicas:
        return warning(
            f"commits wait for a standby ({names}), but whether one is connected is hidden from this role: "
            "GRANT pg_read_all_stats"
        )
    if not found.synchronous:
        return bad(
            f"every commit waits for a standby ({names}), and none of that name is connected: no mail can be accepted"
        )
    return ok(f"PostgreSQL {found.version}: what was committed is on this server and on a standby ({names})")


def _connections(most: int) -> Said:
    machines = most // NODE_CONNECTIONS
    each = f"each machine that runs `mailgate serve` may need {NODE_CONNECTIONS}"
    if machines < 1:
        return warning(f"the database takes no more than {most} connections, and {each}: raise max_connections")
    return ok(f"the database takes {most} connections, enough for {machines} (up to {NODE_CONNECTIONS} each)")


def _clocks(ahead: timedelta) -> Said:
    """Leases of outgoing mail are reckoned by each machine's own clock, those of mailboxes by the database's."""
    if abs(ahead) <= AGREE:
        return ok("this machine's clock agrees with the database's")
    by = f"this machine's clock is {in_words(-ahead)} the database's"
    if abs(ahead) <= STILL_SAFE:
        return warning(f"{by}: let both follow NTP")
    return bad(f"{by}: another machine may send what this one has in hand a second time. Let all of them follow NTP")


def _reason(error: Exception) -> str:
    """The driver's own words, in one line, without the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
