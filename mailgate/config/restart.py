"""What of config.toml a desk that runs cannot take up: its sockets, its database, whom it trusts and speaks to.

That keeps what it was at the start until the next one; whatever else config.toml says is taken up with the rules. The
networks whose results are believed wait with their door: a mail must be judged by what it was let in by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace

from mailgate.config.values import Config, Dkim, LmtpDoor, SmtpDoor, WebDoor

WRITTEN_ALIKE = (SmtpDoor, LmtpDoor, WebDoor, Dkim)
"""Sections whose fields are called as their keys."""

SECTIONS: Mapping[str, Callable[[Config], object]] = {
    "desk.address": lambda one: one.desk.address,
    "desk.secret_file": lambda one: one.secret_path,
    "database": lambda one: one.database,
    "smtp": lambda one: one.smtp,
    "lmtp": lambda one: one.lmtp,
    "imap": lambda one: one.imap,
    "dkim": lambda one: one.dkim,
    "relay": lambda one: one.relay,
    "web": lambda one: one.web,
    "heartbeat": lambda one: one.heartbeat,
    "log.format": lambda one: one.log_format,
}


def waiting(running: Config, written: Config) -> tuple[str, ...]:
    """The keys, or else sections, that a desk which runs on one configuration takes over from another at its next
    start only."""
    return tuple(_waiting(running, written))


def for_now(running: Config, written: Config) -> Config:
    """What a desk that runs on one configuration can make of another without a restart."""
    return replace(running, desk=replace(written.desk, address=running.desk.address), sms=written.sms)


def _waiting(running: Config, written: Config) -> Iterator[str]:
    for name, section in SECTIONS.items():
        before, after = section(running), section(written)
        if before == after:
            continue
        if isinstance(before, WRITTEN_ALIKE) and type(before) is type(after):
            yield from (f"{name}.{key}" for key in _differing(before, after))
        else:
            yield name


def _differing(before: object, after: object) -> Iterator[str]:
    for field in fields(before):  # type: ignore[arg-type]  # one of WRITTEN_ALIKE
        if field.compare and getattr(before, field.name) != getattr(after, field.name):
            yield field.name
