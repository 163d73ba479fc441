"""`[heartbeat]`: who hears regularly that all is well, and raises the alarm when nothing comes any more.

The URL of such a service is a secret: whoever knows it can keep it quiet. No message quotes it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, PlainValidator, model_validator

from mailgate.config.places import service_url
from mailgate.config.values import Config, Heartbeat
from mailgate.core.hours import parse_duration
from mailgate.toml.fields import AddrSpec, Table, Text
from mailgate.toml.mistakes import Mistake, SiteMistakes

LONGEST = timedelta(hours=1)
"""Whoever waits longer for a sign of life learns too late."""


def heartbeat_url(url: str) -> str:
    """ "https://hc.example.net/ping/…"; plain http only to this machine. ValueError without the URL in it."""
    example = "a heartbeat: write https://hc.example.net/ping/…"
    return service_url(url, example, "show the secret address to everybody on the way")


def interval(written: object) -> timedelta:
    """ "1m" to "1h"."""
    found = timedelta(minutes=parse_duration(str(written)).minutes)
    if found > LONGEST:
        raise ValueError(f"'{written}' is too rare for a heartbeat: write 1m, and at most 1h")
    return found


def url_of(heartbeat: Heartbeat) -> str | None:
    """The URL to call, None when there is none. Raises SiteMistakes when the secret cannot be read or is no URL."""
    if heartbeat.secret is None:
        return heartbeat.url
    try:
        return heartbeat_url(heartbeat.secret.read())
    except ValueError as wrong:
        raise SiteMistakes([heartbeat.secret.place.mistake(f"what it names is {wrong}")]) from None


def wrong_url(config: Config) -> tuple[Mistake, ...]:
    """What is wrong with a URL that was read, and that nobody could read before."""
    if config.heartbeat is None or config.unreadable_secrets():
        return ()
    try:
        url_of(config.heartbeat)
    except SiteMistakes as found:
        return found.mistakes
    return ()


class HeartbeatTable(Table):
    """`[heartbeat]`"""

    url: Annotated[str, AfterValidator(heartbeat_url)] | None = None
    url_file: Text | None = None
    url_env: Text | None = None
    method: Literal["GET", "POST"] = "GET"
    mail: AddrSpec | None = None
    every: Annotated[timedelta, PlainValidator(interval)] = timedelta(minutes=1)
    round_trip: bool = False

    @model_validator(mode="after")
    def _has_somebody_who_listens(self) -> Self:
        named = [key for key in ("url", "url_file", "url_env") if getattr(self, key) is not None]
        if len(named) > 1:
            raise ValueError(f"'{named[0]}' and '{named[1]}' exclude each other")
        if not named and self.mail is None:
            raise ValueError("a heartbeat needs 'url' (or 'url_file', 'url_env') or 'mail'")
        return self
