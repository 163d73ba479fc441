"""config.toml: this machine. Sockets, database, relay, and where the secrets are; never the desk's policy.

`reading` is the way in, `values` what everybody else sees, `schema` what may be written, `places` the written forms of
sockets and URLs, `secrets` how a password is kept out of the file.
"""

from mailgate.config.reading import load
from mailgate.config.secrets import Secret
from mailgate.config.values import (
    Config,
    Database,
    Dkim,
    Heartbeat,
    ImapDoor,
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

__all__ = [
    "Config",
    "Database",
    "Dkim",
    "Heartbeat",
    "ImapDoor",
    "Listen",
    "LmtpDoor",
    "MaildirRelay",
    "Relay",
    "Secret",
    "SmsAnswers",
    "SmsGateway",
    "SmtpDoor",
    "SmtpRelay",
    "UnixListen",
    "WebDoor",
    "load",
]
