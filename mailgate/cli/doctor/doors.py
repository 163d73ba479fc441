"""The places where the desk listens: free, its own daemon's, or somebody else's."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.config import Config, LmtpDoor, SmtpDoor, UnixListen, WebDoor
from mailgate.edge import door_probe
from mailgate.edge.door_probe import Holder, Seat

SECONDS = 5.0
LOW_PORT = 1024
"""Below it a port is only for root, or for who was given CAP_NET_BIND_SERVICE."""


def doors(config: Config) -> Iterator[Said]:
    """Every door of config.toml but the mailboxes, which are elsewhere."""
    sockets = (("[smtp]", config.smtp), ("[lmtp]", config.lmtp))
    opened = [(name, door) for name, door in sockets if door is not None]
    if not opened and not config.imap:
        yield bad("no mail can come in: config.toml has no [smtp], no [lmtp] and no [[imap]]")
    for name, door in opened:
        if isinstance(door.listen, UnixListen):
            yield from _directory(name, door.listen.path.parent, config)
        yield _held(f"{name} {_shown(door)}", door_probe.look(door.listen, SECONDS), config)
    if config.web is not None:
        seat = door_probe.look(config.web.listen, SECONDS, door_probe.HAIL)
        yield _held(f"[web] {_shown(config.web)}", seat, config)


def _held(door: str, seat: Seat, config: Config) -> Said:
    domain = config.desk.address.rpartition("@")[2]
    match seat.holder:
        case Holder.NOBODY:
            return ok(f"{door} is free: `mailgate serve` is not running, and could listen there")
        case Holder.MAILGATE if f" {domain} " in seat.words:
            return ok(f"{door} is answered by the mailgate of {domain}")
        case Holder.MAILGATE:
            return bad(f"{door} is answered by the mailgate of another desk ({seat.words}): one of them must move")
        case Holder.STRANGER:
            who = f" ({seat.words})" if seat.words else ""
            return bad(f"{door} is taken by another program{who}: stop it, or listen elsewhere")
        case Holder.FORBIDDEN:
            return bad(f"{door} cannot be listened on: {seat.words}{_help(config)}")
        case _ as never:
            assert_never(never)


def _help(config: Config) -> str:
    doors = [door.listen for door in (config.smtp, config.lmtp, config.web) if door is not None]
    low = any(not isinstance(one, UnixListen) and 0 < one.port < LOW_PORT for one in doors)
    return ". A port below 1024 needs AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit of systemd" if low else ""


def _directory(name: str, directory: Path, config: Config) -> Iterator[Said]:
    """Whoever hands mail over must come through the directory of the socket."""
    if not directory.is_dir():
        made = {config.secret_path.parent} | ({config.database.path.parent} if config.database.path else set())
        if directory not in made:
            yield bad(f"{name} cannot listen: there is no directory {directory}, make it")
        return
    closed = [path for path in (directory, *directory.parents) if not path.stat().st_mode & stat.S_IXOTH]
    if closed:
        yield warning(
            f"{name} is reached only by who may enter {closed[0]}: a mail server that runs as another user cannot hand "
            "over there"
        )


def _shown(door: SmtpDoor | LmtpDoor | WebDoor) -> str:
    where = door.listen
    return str(where.path) if isinstance(where, UnixListen) else f"{where.host}:{where.port}"
