"""config.toml as the rest of the program sees it: frozen, every path absolute, every secret still unread."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from mailgate.config.secrets import Secret
from mailgate.core.listening import Listen, UnixListen
from mailgate.core.policy import Desk
from mailgate.toml.document import Mistake, Place, SiteMistakes, did_you_mean

Network = IPv4Network | IPv6Network
SmtpTls = Literal["starttls", "implicit", "opportunistic"]
ImapTls = Literal["required", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Database:
    """Where the tables live. `path` is the SQLite file, None for PostgreSQL; `url` names it by its absolute path."""

    url: str
    path: Path | None
    password: Secret | None = None

    @property
    def name(self) -> str:
        """For people: the file or the URL, in which no password stands."""
        return self.url if self.path is None else str(self.path)

    def read_password(self) -> str | None:
        """PostgreSQL's password, None when there is none. Raises SiteMistakes when it cannot be read."""
        return self.password.read() if self.password is not None else None


@dataclass(frozen=True, slots=True)
class SmtpDoor:
    """`[smtp]`: `max_size` in octets; Authentication-Results are believed from `trusted_relays` under `authserv_id`."""

    listen: Listen
    max_size: int
    trusted_relays: tuple[Network, ...] = ()
    authserv_id: str | None = None


@dataclass(frozen=True, slots=True)
class LmtpDoor:
    """`[lmtp]`"""

    listen: Listen | UnixListen
    max_size: int


@dataclass(frozen=True, slots=True)
class ImapDoor:
    """One `[[imap]]` mailbox. `processed` is the folder that read mail goes to (None: it is only marked as seen),
    `queue` the queue of mails whose headers name no known address. TLS is implicit when "required"."""

    host: str
    port: int
    user: str
    password: Secret
    folder: str
    processed: str | None
    tls: ImapTls
    queue: str | None
    ca_file: Path | None
    poll_seconds: int
    max_size: int
    queue_place: Place | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Dkim:
    """`[dkim]`: whether the doors verify signatures themselves; that takes packages which not everybody installs."""

    verify: bool = False
    place: Place = field(default=Place("config.toml", 0, 0), repr=False, compare=False)

    def missing_packages(self) -> tuple[Mistake, ...]:
        """What to install before this can be done."""
        if not self.verify or all(find_spec(name) is not None for name in ("dkim", "dns")):
            return ()
        return (self.place.mistake("signatures cannot be verified: install mailgate with its extra 'dkim'"),)


@dataclass(frozen=True, slots=True)
class MaildirRelay:
    """Nothing leaves: every mail is a file in this directory."""

    path: Path


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """The server that takes our mail. "starttls" and "implicit" insist on TLS; "opportunistic" is loopback only:
    STARTTLS when offered, else plain text."""

    host: str
    port: int
    tls: SmtpTls
    user: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None


Relay = MaildirRelay | SmtpRelay


@dataclass(frozen=True, slots=True)
class WebDoor:
    """`[web]`: `base_url` is how the world reaches it, without a slash at its end (None: pages carry no links).

    `/metrics` and `/health` answer to this machine and to `metrics_allow`."""

    listen: Listen
    base_url: str | None = None
    metrics_allow: tuple[Network, ...] = ()
    place: Place = field(default=Place("config.toml", 0, 0), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SmsAnswers:
    """How a gateway brings answers: the secret in its URL, and what it calls the sender's number and the text."""

    secret: Secret
    from_: str = "from"
    text: str = "text"


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """`[sms.NAME]`: `template` is the body as a JSON document with placeholders in its texts, sent as a form when
    `is_form`; `secret` is also the password of `user`."""

    url: str
    method: str
    template: str
    is_form: bool
    headers: tuple[tuple[str, str], ...] = ()
    user: str | None = None
    secret: Secret | None = None
    expect: str | None = None
    timeout: float = 20.0
    answers: SmsAnswers | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`[heartbeat]`: who hears every so often that all is well. The URL is a secret, in config.toml or elsewhere.

    `round_trip`: all is well only as long as a mail to the desk itself leaves and comes back."""

    url: str | None = field(repr=False)
    secret: Secret | None
    method: Literal["GET", "POST"]
    mail: str | None
    every: timedelta
    round_trip: bool = False

    @property
    def calls(self) -> bool:
        """Whether there is a URL to call."""
        return self.url is not None or self.secret is not None


@dataclass(frozen=True, slots=True)
class Config:
    """A site's config.toml. `root` is its directory: `rules/` and `templates/` live there."""

    path: Path
    root: Path
    desk: Desk
    secret_path: Path
    database: Database
    smtp: SmtpDoor | None
    lmtp: LmtpDoor | None
    imap: tuple[ImapDoor, ...]
    dkim: Dkim
    relay: Relay
    web: WebDoor | None
    log_format: Literal["json", "console"]
    sms: Mapping[str, SmsGateway] = field(default_factory=dict)
    heartbeat: Heartbeat | None = None
    language_place: Place = field(default=Place("config.toml", 0, 0), repr=False, compare=False)

    @property
    def largest_mail(self) -> int:
        """In octets, of any door; 1 where there is none."""
        doors = (*self.imap, *(door for door in (self.smtp, self.lmtp) if door is not None))
        return max((door.max_size for door in doors), default=1)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret that this configuration will need."""
        relay = self.relay.password if isinstance(self.relay, SmtpRelay) else None
        heard = (gateway.answers.secret for gateway in self.sms.values() if gateway.answers is not None)
        told = (
            *heard,
            *(mailbox.password for mailbox in self.imap),
            *(gateway.secret for gateway in self.sms.values()),
        )
        heartbeat = self.heartbeat.secret if self.heartbeat is not None else None
        found = (relay, self.database.password, heartbeat, *told)
        return tuple(secret for secret in found if secret is not None)

    def unreadable_secrets(self) -> tuple[Mistake, ...]:
        """What is wrong with the secrets on this machine, for this user; nothing is kept of what was read."""
        return tuple(_unreadable(self.secrets))

    def unknown_queues(self, queues: Collection[str]) -> tuple[Mistake, ...]:
        """The `queue` of every mailbox that the rules do not declare."""
        return tuple(
            mailbox.queue_place.mistake(f"unknown queue '{mailbox.queue}'{did_you_mean(mailbox.queue, queues)}")
            for mailbox in self.imap
            if mailbox.queue is not None and mailbox.queue_place is not None and mailbox.queue not in queues
        )


def _unreadable(secrets: tuple[Secret, ...]) -> Iterator[Mistake]:
    for secret in secrets:
        try:
            secret.read()
        except SiteMistakes as error:
            yield from error.mistakes
