"""The doors that a site configures: opened one after the other, closed all at once.

SMTP, LMTP and the web live in the event loop, each IMAP mailbox in a thread of its own. All mail is handed over to one
custody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from mailgate.config import ImapDoor, LmtpDoor, SmtpDoor, WebDoor
from mailgate.core.custody import Cursors, Custody
from mailgate.core.identity import is_ours
from mailgate.core.letters import NoticeFacts
from mailgate.core.listening import Listen, UnixListen
from mailgate.core.policy import Policy
from mailgate.edge import imap_in, smtp_in, web
from mailgate.edge.descriptors import claim, for_strangers
from mailgate.edge.room import Room
from mailgate.site import Site

MB = 1_000_000
GRACE_SECONDS = 3.0
"""How long all doors together wait for the mails that are on their way in."""


class Post(Protocol):
    """A mailbox that one node reads at a time, as this node sees it. Thread-safe."""

    def is_ours(self) -> bool:
        """Whether this node may read it at this moment."""

    def beat(self) -> None:
        """It was looked into."""

    def give_way(self, seconds: float) -> None:
        """It cannot be read here, and is not tried again for so long."""


class DoorShut(Exception):
    """An address to listen on cannot be had; the message names it."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Where the doors lead. `policy` is asked for each address whose it is; each mailbox has its post; `tell`
    writes to the administrators; `keeps_mail` says whether the disk has room for more of it; `app` answers at the web
    door."""

    policy: Callable[[], Policy]
    custody: Custody
    cursors: Cursors
    chance: Callable[[], float]
    post: Callable[[ImapDoor], Post]
    tell: Callable[[NoticeFacts], None]
    keeps_mail: Callable[[], bool]
    app: web.ASGIApp | None = None

    def knows(self, address: str) -> bool:
        """Whether the address is ours, by the rules of this moment."""
        return is_ours(address, self.policy())


@asynccontextmanager
async def opened(loaded: Site, behind: Behind) -> AsyncIterator[list[str]]:
    """Every configured door, open until the block ends: their addresses. Raises DoorShut.

    They close together: the slowest of them decides how long that takes, not their number."""
    addresses: list[str] = []
    closings: list[Callable[[], Awaitable[None]]] = []
    try:
        both = [door for door in (loaded.config.smtp, loaded.config.lmtp) if door is not None]
        shared = _shared(both)
        for door in both:
            socket = await _open_door(door, _keeper(loaded, door, behind, shared))
            closings.append(partial(socket.close, GRACE_SECONDS))
            scheme = "lmtp" if isinstance(door, LmtpDoor) else "smtp"
            addresses += [f"{scheme}://{address}" for address in socket.addresses]
        for mailbox in loaded.config.imap:
            reader = _reader(loaded, mailbox, behind)
            reader.start()
            closings.append(partial(asyncio.to_thread, reader.stop))
            addresses.append(f"imap://{mailbox.user}@{mailbox.host}/{mailbox.folder}")
        if loaded.config.web is not None and behind.app is not None:
            pages = await _open_web(loaded.config.web, behind.app)
            closings.append(pages.close)
            addresses += [f"http://{address}" for address in pages.addresses]
        yield addresses
    finally:
        await asyncio.gather(*(close() for close in closings))


def _reader(loaded: Site, mailbox: ImapDoor, behind: Behind) -> imap_in.MailboxReader:
    reader = imap_in.MailboxReader(
        _mailbox(loaded, mailbox), behind.custody, behind.cursors, behind.knows, behind.chance
    )
    reader.fallback = lambda: _fallback(mailbox, behind.policy())
    post = behind.post(mailbox)
    reader.keeps_mail = behind.keeps_mail
    reader.alive, reader.is_ours, reader.give_way = post.beat, post.is_ours, post.give_way
    reader.left_alone = lambda uid, octets: behind.tell(_left_alone(mailbox, uid, octets))
    return reader


def _left_alone(mailbox: ImapDoor, uid: int, octets: int) -> NoticeFacts:
    place = f"{mailbox.user}@{mailbox.host}/{mailbox.folder}, UID {uid}"
    return NoticeFacts("left-alone", f"{place} ({octets / MB:.1f} MB, max_size = {mailbox.max_size / MB:g} MB)")


async def _open_door(door: SmtpDoor | LmtpDoor, keeper: smtp_in.Keeper) -> smtp_in.OpenDoor:
    try:
        return await smtp_in.open_door(door.listen, keeper, isinstance(door, LmtpDoor))
    except OSError as error:
        raise DoorShut(f"cannot listen on {_shown(door.listen)}: {error.strerror or error}") from error


async def _open_web(door: WebDoor, app: web.ASGIApp) -> web.OpenWeb:
    try:
        return await web.open_web(door.listen, app, round(GRACE_SECONDS))
    except OSError as error:
        raise DoorShut(f"cannot listen on {_shown(door.listen)}: {error.strerror or error}") from error


def _shown(place: Listen | UnixListen) -> str:
    return f"unix:{place.path}" if isinstance(place, UnixListen) else f"{place.host}:{place.port}"


def _mailbox(loaded: Site, mailbox: ImapDoor) -> imap_in.Mailbox:
    return imap_in.Mailbox(
        host=mailbox.host,
        port=mailbox.port,
        user=mailbox.user,
        password=mailbox.password.read,
        fallback=_fallback(mailbox, loaded.policy),
        max_size=mailbox.max_size,
        folder=mailbox.folder,
        processed=mailbox.processed,
        tls=mailbox.tls,
        ca_file=mailbox.ca_file,
        poll_seconds=mailbox.poll_seconds,
        trusted=loaded.config.smtp is not None and loaded.config.smtp.authserv_id is not None,
    )


def _fallback(mailbox: ImapDoor, policy: Policy) -> str:
    """The address that a mail counts for when its headers name none of ours."""
    queue = policy.queues[mailbox.queue] if mailbox.queue else policy.default_queue
    return queue.addresses[0]


@dataclass(frozen=True, slots=True)
class Shared:
    """What the SMTP and the LMTP door must not take from each other, or from the rest of the daemon."""

    room: Room
    limits: smtp_in.Limits


def _shared(both: Sequence[SmtpDoor | LmtpDoor]) -> Shared:
    limits, largest = smtp_in.Limits(), max((door.max_size for door in both), default=0)
    strangers = for_strangers(claim(), max(1, len(both)), limits.total)
    return Shared(Room.for_mails_of(largest), replace(limits, total=strangers))


def _keeper(loaded: Site, door: SmtpDoor | LmtpDoor, behind: Behind, shared: Shared) -> smtp_in.Keeper:
    trusted = loaded.config.smtp.trusted_relays if loaded.config.smtp else ()
    hostname = loaded.policy.desk.address.rpartition("@")[2]
    return smtp_in.Keeper(
        custody=behind.custody,
        knows=behind.knows,
        hostname=hostname,
        max_size=door.max_size,
        trusted=trusted,
        limits=shared.limits,
        room=shared.room,
        keeps_mail=behind.keeps_mail,
    )
