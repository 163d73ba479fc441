"""The tables of config.toml as people write them (interfaces.md §3), one pydantic model per table."""
# ruff: noqa: RUF012  pydantic gives every instance its own copy of a default

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, field_validator, model_validator

from mailgate.config.heartbeat import HeartbeatTable
from mailgate.config.places import (
    HIGHEST_PORT,
    database_url,
    host_of,
    is_loopback,
    listen,
    listen_or_unix,
    network,
    relay_url,
    site_url,
)
from mailgate.config.sms import SmsTable, gateway_name
from mailgate.config.values import Database, ImapTls, Network, Relay, SmtpRelay
from mailgate.core.listening import Listen, UnixListen
from mailgate.core.policy import CommandsNeed
from mailgate.toml.fields import LOCAL_OCTETS, AddrSpec, Language, Octets, OneOrMore, Table, Text, TimeZone, addr_spec

TOKEN_CHARACTERS = 42
"""interfaces.md §5: what follows the "+" in the local part of a signed reply address."""

DEFAULT_MAX_SIZE = 25_000_000

INBOX = "INBOX"


def desk_address(text: str) -> str:
    """An address whose local part leaves room for a token."""
    address = addr_spec(text)
    room = LOCAL_OCTETS - TOKEN_CHARACTERS - len("+")
    local = address.rpartition("@")[0]
    if len(local) > room:
        raise ValueError(f"'{text}' leaves no room for a signed reply address: at most {room} characters before the @")
    return address


def _folder(name: str) -> str:
    """A name of INBOX, in any case (RFC 9051 §5.1), is INBOX."""
    return INBOX if name.upper() == INBOX else name


class DeskTable(Table):
    """`[desk]`"""

    name: Text
    address: Annotated[str, AfterValidator(desk_address)]
    language: Language = "fr-CA"
    timezone: TimeZone = "America/Toronto"
    secret_file: Text = "var/secret"  # noqa: S105  a path
    administrators: Annotated[list[AddrSpec], OneOrMore] = []
    commands_need: Annotated[CommandsNeed, Field(strict=False)] = CommandsNeed.NOT_FAILING

    @field_validator("administrators")
    @classmethod
    def _does_not_write_to_itself(cls, administrators: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("address") in administrators:
            raise ValueError("the desk's own address cannot be an administrator's: it would write to itself")
        return administrators


class SecretTable(Table):
    """A table that may name one secret."""

    password_file: Text | None = None
    password_env: Text | None = None

    @model_validator(mode="after")
    def _names_one_secret(self) -> Self:
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("'password_file' and 'password_env' exclude each other")
        return self

    @property
    def has_password(self) -> bool:
        """Whether a secret is named."""
        return self.password_file is not None or self.password_env is not None


class DatabaseTable(SecretTable):
    """`[database]`"""

    url: Annotated[Database, PlainValidator(database_url)] = database_url("sqlite:///var/mailgate.db")


class SmtpTable(Table):
    """`[smtp]`"""

    listen: Annotated[Listen, PlainValidator(listen)]
    max_size: Octets = DEFAULT_MAX_SIZE
    trusted_relays: Annotated[list[Annotated[Network, PlainValidator(network)]], OneOrMore] = []
    authserv_id: Text | None = None


class LmtpTable(Table):
    """`[lmtp]`"""

    listen: Annotated[Listen | UnixListen, PlainValidator(listen_or_unix)]
    max_size: Octets = DEFAULT_MAX_SIZE


class ImapTable(SecretTable):
    """`[[imap]]`"""

    host: Annotated[str, AfterValidator(host_of)]
    port: Annotated[int, Field(ge=1, le=HIGHEST_PORT)] | None = None
    user: Text
    folder: Text = INBOX
    processed: Text | None = None
    tls: ImapTls = "required"
    queue: Text | None = None
    ca_file: Text | None = None
    poll_seconds: Annotated[int, Field(ge=1)] = 60
    max_size: Octets = DEFAULT_MAX_SIZE

    @field_validator("processed")
    @classmethod
    def _is_another_folder(cls, processed: str | None, info: ValidationInfo) -> str | None:
        if processed is not None and _folder(processed) == _folder(info.data.get("folder", "")):
            raise ValueError(f"'{processed}' is the folder that is read: what is moved there would come again")
        return processed

    @field_validator("tls")
    @classmethod
    def _keeps_the_password_safe(cls, tls: ImapTls, info: ValidationInfo) -> ImapTls:
        if tls == "none" and not is_loopback(info.data.get("host", "localhost")):
            raise ValueError("tls = 'none' would send the password in the clear: only to this machine")
        return tls

    @model_validator(mode="after")
    def _has_a_password(self) -> Self:
        if not self.has_password:
            raise ValueError("a mailbox needs 'password_file' or 'password_env'")
        return self


class DkimTable(Table):
    """`[dkim]`"""

    verify: bool = False


class RelayTable(SecretTable):
    """`[relay]`"""

    url: Annotated[Relay, PlainValidator(relay_url)] = relay_url("maildir:var/outgoing")
    ca_file: Text | None = None

    @model_validator(mode="after")
    def _user_and_password_go_together(self) -> Self:
        has_user = isinstance(self.url, SmtpRelay) and self.url.user is not None
        if has_user and not self.has_password:
            raise ValueError("a relay with a user needs 'password_file' or 'password_env'")
        if self.has_password and not has_user:
            raise ValueError("a relay with a password needs its user: smtp://user@host:587")
        return self


class WebTable(Table):
    """`[web]`"""

    listen: Annotated[Listen, PlainValidator(listen)]
    base_url: Annotated[str, PlainValidator(site_url)] | None = None
    metrics_allow: Annotated[list[Annotated[Network, PlainValidator(network)]], OneOrMore] = []


class LogTable(Table):
    """`[log]`"""

    format: Literal["json", "console"] = "json"


class ConfigFile(Table):
    """config.toml as a whole; a section that is left out closes its door."""

    desk: DeskTable
    database: DatabaseTable = DatabaseTable()
    smtp: SmtpTable | None = None
    lmtp: LmtpTable | None = None
    imap: list[ImapTable] = []
    dkim: DkimTable = DkimTable()
    relay: RelayTable = RelayTable()
    sms: dict[Annotated[str, AfterValidator(gateway_name)], SmsTable] = {}
    web: WebTable | None = None
    heartbeat: HeartbeatTable | None = None
    log: LogTable = LogTable()
