"""The written forms that config.toml and the rules share: addresses, sizes, languages, time zones.

Each is a pydantic type. A wrong one is a ValueError whose sentence says what would be right.
"""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from mailgate.toml.complaints import as_written
from mailgate.toml.mistakes import did_you_mean


class Table(BaseModel):
    """A table of a TOML file: no unknown key, no silent conversion, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
LOCAL_OCTETS = 64  # RFC 5321 §4.5.3.1.1
ADDRESS_OCTETS = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets


def addr_spec(text: str) -> str:
    """An address in lower case (RFC 5321 dot-string at a host name, ASCII); ValueError when it is none."""
    local, _, domain = text.lower().rpartition("@")
    if _LOCAL.fullmatch(local) is None or _DOMAIN.fullmatch(domain) is None:
        raise ValueError(f"'{text}' is not a mail address: write name@example.com, without a display name")
    if len(local) > LOCAL_OCTETS or len(text) > ADDRESS_OCTETS:
        raise ValueError(f"'{text}' is too long for a mail address")
    return f"{local}@{domain}"


def host_name(text: str) -> str:
    """A domain in lower case; ValueError when it is none."""
    if _DOMAIN.fullmatch(text.lower()) is None:
        raise ValueError(f"'{text}' is not a domain: write example.com")
    return text.lower()


_SIZE = re.compile(r"([0-9]{1,9}) ?([kmg]i?)?b", re.IGNORECASE)
_FACTORS = {None: 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def octets(written: object) -> int:
    """ "25 MB" (decimal), "25 MiB" (binary) or a whole number of octets; ValueError when it is anything else."""
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        return written
    found = _SIZE.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f"{as_written(written)} is not a size: write 25 MB, 500 kB or a number of octets")
    return int(found[1]) * _FACTORS[found[2].lower() if found[2] else None]


def time_zone(text: str) -> str:
    """An IANA time zone's name; ValueError with the nearest one."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; not a file name; a directory of the database
        raise ValueError(f"unknown time zone '{text}'{did_you_mean(text, available_timezones())}") from None
    return text


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def language_tag(text: str) -> str:
    """A language as mails and templates use it, "fr" or "fr-CA"; ValueError with the form it should have."""
    if _LANGUAGE.fullmatch(text):
        return text
    primary, _, region = text.replace("_", "-").partition("-")
    right = f"{primary.lower()}-{region.upper()}" if region else primary.lower()
    hint = f" (did you mean '{right}'?)" if _LANGUAGE.fullmatch(right) else ": write fr, fr-CA or en"
    raise ValueError(f"'{text}' is not a language{hint}")


def _listed(written: object) -> object:
    return [written] if isinstance(written, str) else written


Text = Annotated[str, Field(min_length=1)]
AddrSpec = Annotated[str, AfterValidator(addr_spec)]
Domain = Annotated[str, AfterValidator(host_name)]
Octets = Annotated[int, BeforeValidator(octets)]
TimeZone = Annotated[str, AfterValidator(time_zone)]
Language = Annotated[str, AfterValidator(language_tag)]
OneOrMore = BeforeValidator(_listed)
"""Lets a single text stand for a list of one."""
