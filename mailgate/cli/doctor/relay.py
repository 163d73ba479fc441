"""The server that takes the desk's mail: as far as the login, and no mail is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from mailgate.cli.doctor.findings import Said, bad, warning
from mailgate.cli.doctor.servers import STEP_SECONDS, visited
from mailgate.config import Config, MaildirRelay, SmtpRelay
from mailgate.edge import smtp_out, smtp_probe
from mailgate.toml.mistakes import SiteMistakes


def relay(config: Config, now: datetime) -> Iterator[Said]:
    """`[relay]`"""
    if isinstance(config.relay, MaildirRelay):
        yield warning(
            f"nothing leaves: every mail is kept in {config.relay.path}/new. When people shall get them, name a relay: "
            '[relay] url = "smtp://user@host:587"'
        )
    else:
        yield from _visited(config.relay, now)


def _visited(server: SmtpRelay, now: datetime) -> Iterator[Said]:
    name = f"relay {server.host}:{server.port}"
    try:
        password = server.password.read() if server.password is not None else None
    except SiteMistakes:
        yield bad(f"{name} was not asked, because its password cannot be read")
        return
    client = smtp_out.SmtpRelay(
        server.host,
        server.port,
        server.tls,
        server.user,
        None if password is None else lambda: password,
        server.ca_file,
    )
    yield from visited(name, partial(smtp_probe.probe, client, STEP_SECONDS), now)
