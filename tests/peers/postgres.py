"""A private PostgreSQL: one cluster on a unix socket, as many databases as there are tests.

Nothing in it outlives its tests, so it lies in memory where there is room and waits for no disk: a database for each
test then costs a twentieth of a second.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from subprocess import DEVNULL, STDOUT

import psycopg

from mailgate.store.database import Database
from tests.peers import require, wait_until

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
SMALL = {
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "min_wal_size": "32MB",
    "max_wal_size": "64MB",
    "dynamic_shared_memory_type": "mmap",
}
MEMORY = Path("/dev/shm")
ROOM = 1_000_000_000
HERE_ONLY = {"listen_addresses": "", "log_min_messages": "fatal"}


@dataclass
class Postgres:
    """A running cluster; its socket lies in `run`."""

    run: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _tables: str | None = None

    def url(self, name: str, **settings: str) -> str:
        """A database as config.toml names it, perhaps with settings for its sessions."""
        chosen = "".join(f"%20-c%20{key}%3D{value}" for key, value in settings.items())
        return f"postgresql://postgres@/{name}?host={self.run}" + (f"&options={chosen}" if chosen else "")

    def create(self, template: str = "template0") -> str:
        """A new database; its name."""
        name = f"desk{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def create_desk(self) -> str:
        """A new database with our tables; its name."""
        if self._tables is None:
            self._tables = self.create()
            database = Database.open(self.url(self._tables))
            database.upgrade()
            database.close()
        return self.create(self._tables)

    def drop(self, name: str) -> None:
        """Whoever is still connected is cut off."""
        self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def ask(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """One statement of the administrator's, outside every transaction; what it answers."""
        with psycopg.connect(host=str(self.run), user="postgres", dbname=name, autocommit=True) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []


@dataclass
class Server:
    """One server: its socket, its log and its data lie in `run`, which its user owns."""

    run: Path
    settings: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.run / "data"

    def program(self, name: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as its user, to its end."""
        line = [*_as_its_user(), require(name), *arguments]
        subprocess.run(line, check=True, cwd=self.run, stdout=DEVNULL, timeout=60)

    def start(self) -> None:
        """Until it answers; after a crash it first goes through its log."""
        settings = {**HERE_ONLY, **self.settings, "unix_socket_directories": str(self.run)}
        line = [require("postgres"), "-D", str(self.data), *(f"--{key}={value}" for key, value in settings.items())]
        with (self.run / "log").open("ab") as log:
            server = subprocess.Popen([*_as_its_user(), *line], cwd=self.run, stdout=log, stderr=STDOUT)
        self._process = server
        wait_until(lambda: server.poll() is not None or _answers(self.run), what="PostgreSQL")
        assert server.poll() is None, (self.run / "log").read_text()

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT is `pg_ctl stop -m immediate`: at once, and no page of it is written."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None


@contextmanager
def a_place() -> Iterator[Path]:
    """An empty directory of the server's user, in memory where there is room."""
    directory = Path(tempfile.mkdtemp(prefix="mailgate-postgres-", dir=_place()))
    try:
        _own(directory)
        yield directory
    finally:
        shutil.rmtree(directory)


def initialise(server: Server) -> None:
    """An empty cluster; whoever reaches its socket is trusted."""
    options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"]
    server.program("initdb", "-D", str(server.data), *options)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new cluster; ended with the block, and with this process however that ends."""
    with a_place() as directory:
        server = Server(directory, {**FAST, **SMALL})
        initialise(server)
        try:
            server.start()
            yield Postgres(directory)
        finally:
            server.stop()


def _place() -> Path | None:
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def _own(directory: Path) -> None:
    """The server refuses root and owns what it works on."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(directory, user.pw_uid, user.pw_gid)
        directory.chmod(0o755)


def _as_its_user() -> list[str]:
    """`setpriv` becomes the program that it starts, so the process ID is the server's."""
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return [require("setpriv"), "--pdeathsig=QUIT", *user]


def _answers(run: Path) -> bool:
    try:
        psycopg.connect(host=str(run), user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True
