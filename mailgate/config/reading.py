"""config.toml to a Config: checked by `schema`, then every path made absolute from the file's own directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from mailgate.config.schema import ConfigFile, DeskTable, ImapTable, SecretTable
from mailgate.config.secrets import Secret
from mailgate.config.sms import SmsTable
from mailgate.config.values import (
    Config,
    Database,
    Dkim,
    Heartbeat,
    ImapDoor,
    ImapTls,
    LmtpDoor,
    MaildirRelay,
    Relay,
    SmsAnswers,
    SmsGateway,
    SmtpDoor,
    SmtpRelay,
    WebDoor,
)
from mailgate.core.listening import Listen, UnixListen
from mailgate.core.policy import Desk
from mailgate.toml.document import Mistake, SiteMistakes, Source, read
from mailgate.toml.positions import Path as TomlPath

IMAP_PORTS: dict[ImapTls, int] = {"required": 993, "starttls": 143, "none": 143}

LONGEST_SOCKET = 107
"""Octets of a Unix socket's path that Linux can bind (unix(7))."""


def load(path: Path) -> Config:
    """The configuration in a file; raises SiteMistakes with every mistake, also when it cannot be read."""
    source, file = read(path, ConfigFile, path.name)
    site = _Site(source, path.absolute().parent)
    config = Config(
        path=path.absolute(),
        root=site.root,
        desk=_desk(file.desk),
        secret_path=site.root / file.desk.secret_file,
        database=site.database(file),
        smtp=_smtp(file),
        lmtp=site.lmtp(file),
        imap=tuple(site.mailbox(index, table) for index, table in enumerate(file.imap)),
        dkim=Dkim(file.dkim.verify, source.place(("dkim", "verify"))),
        relay=site.relay(file),
        web=_web(file, source),
        log_format=file.log.format,
        sms={name: site.gateway(name, table) for name, table in file.sms.items()},
        heartbeat=site.heartbeat(file),
        language_place=source.place(("desk", "language")),
    )
    mistakes = (*_impossible_sockets(config, source), *_beats_for_itself(config, source))
    if mistakes:
        raise SiteMistakes(mistakes)
    return config


@dataclass(frozen=True, slots=True)
class _Site:
    """What a path in config.toml is relative to, and where its keys stand."""

    source: Source
    root: Path

    def secret(self, table: SecretTable, *path: str | int) -> Secret | None:
        """The secret that a table names."""
        return self._secret(table.password_file, table.password_env, *path, "password")

    def gateway(self, name: str, table: SmsTable) -> SmsGateway:
        """One `[sms.NAME]`."""
        return SmsGateway(
            url=table.url,
            method=table.method,
            template=table.template,
            is_form=table.form is not None,
            headers=tuple(table.headers.items()),
            user=table.user,
            secret=self._secret(table.secret_file, table.secret_env, "sms", name, "secret"),
            expect=table.expect,
            timeout=float(table.timeout_seconds),
            answers=self._answers(name, table),
        )

    def _answers(self, name: str, table: SmsTable) -> SmsAnswers | None:
        secret = self._secret(table.answers_secret_file, table.answers_secret_env, "sms", name, "answers_secret")
        return None if secret is None else SmsAnswers(secret, table.answers_from, table.answers_text)

    def _secret(self, file: str | None, variable: str | None, *key: str | int) -> Secret | None:
        """What `KEY_file` or `KEY_env` names; `key` is the path of the key, its last part without the ending."""
        *path, name = key
        if variable is not None:
            return Secret(variable, None, self.source.place((*path, f"{name}_env")))
        if file is not None:
            return Secret(file, self.root / file, self.source.place((*path, f"{name}_file")))
        return None

    def heartbeat(self, file: ConfigFile) -> Heartbeat | None:
        """`[heartbeat]`"""
        table = file.heartbeat
        if table is None:
            return None
        secret = self._secret(table.url_file, table.url_env, "heartbeat", "url")
        return Heartbeat(table.url, secret, table.method, table.mail, table.every, table.round_trip)

    def file(self, written: str | None) -> Path | None:
        """A file that may be named."""
        return self.root / written if written is not None else None

    def database(self, file: ConfigFile) -> Database:
        """SQLite's file by its absolute path, so that the working directory never matters."""
        said = file.database.url
        path = self.root / said.path if said.path is not None else None
        url = said.url if path is None else f"sqlite:///{path}"
        return Database(url, path, self.secret(file.database, "database"))

    def lmtp(self, file: ConfigFile) -> LmtpDoor | None:
        """`[lmtp]`"""
        if file.lmtp is None:
            return None
        listen = file.lmtp.listen
        return LmtpDoor(
            UnixListen(self.root / listen.path) if isinstance(listen, UnixListen) else listen, file.lmtp.max_size
        )

    def relay(self, file: ConfigFile) -> Relay:
        """`[relay]`"""
        match file.relay.url:
            case MaildirRelay(path):
                return MaildirRelay(self.root / path)
            case SmtpRelay() as server:
                password = self.secret(file.relay, "relay")
                return replace(server, password=password, ca_file=self.file(file.relay.ca_file))
            case _ as never:
                assert_never(never)

    def mailbox(self, index: int, table: ImapTable) -> ImapDoor:
        """One `[[imap]]`; the schema made sure that it names a secret."""
        password = self.secret(table, "imap", index)
        assert password is not None
        return ImapDoor(
            host=table.host,
            port=table.port or IMAP_PORTS[table.tls],
            user=table.user,
            password=password,
            folder=table.folder,
            processed=table.processed,
            tls=table.tls,
            queue=table.queue,
            ca_file=self.file(table.ca_file),
            poll_seconds=table.poll_seconds,
            max_size=table.max_size,
            queue_place=self.source.place(("imap", index, "queue")),
        )


def _desk(table: DeskTable) -> Desk:
    return Desk(
        name=table.name,
        address=table.address,
        language=table.language,
        timezone=table.timezone,
        administrators=tuple(table.administrators),
        commands_need=table.commands_need,
    )


def _smtp(file: ConfigFile) -> SmtpDoor | None:
    if file.smtp is None:
        return None
    return SmtpDoor(file.smtp.listen, file.smtp.max_size, tuple(file.smtp.trusted_relays), file.smtp.authserv_id)


def _web(file: ConfigFile, source: Source) -> WebDoor | None:
    if file.web is None:
        return None
    place = source.place(("web", "base_url") if file.web.base_url is not None else ("web", "listen"))
    return WebDoor(file.web.listen, file.web.base_url, tuple(file.web.metrics_allow), place)


def _beats_for_itself(config: Config, source: Source) -> Iterator[Mistake]:
    """A heartbeat that nobody else hears."""
    if config.heartbeat is not None and config.heartbeat.mail == config.desk.address:
        place: TomlPath = ("heartbeat", "mail")
        yield source.at_value(place, "the desk's own address hears nothing: a heartbeat goes to somebody else")


def _impossible_sockets(config: Config, source: Source) -> Iterator[Mistake]:
    """Two doors on one socket, and a Unix socket whose path the kernel cannot take."""
    taken: set[Listen | UnixListen] = set()
    for door, settings in (("smtp", config.smtp), ("lmtp", config.lmtp), ("web", config.web)):
        if settings is None:
            continue
        place: TomlPath = (door, "listen")
        listen = settings.listen
        if listen in taken:
            yield source.at_value(place, f"[{door}] listens where another door already does")
        if isinstance(listen, UnixListen) and len(bytes(listen.path)) > LONGEST_SOCKET:
            yield source.at_value(
                place, f"the path of a Unix socket has at most {LONGEST_SOCKET} octets: {listen.path}"
            )
        if not (isinstance(listen, Listen) and listen.port == 0):
            taken.add(listen)
