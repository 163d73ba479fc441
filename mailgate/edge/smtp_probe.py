"""A visit to the relay that ends before any mail: connection, greeting, TLS, login, QUIT."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from datetime import datetime

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from mailgate.edge.envelope import clean_reply
from mailgate.edge.probe import Passed, Probed, Step, Stopped, Unreachable, connect, expiry, reason_of, tls_trouble
from mailgate.edge.smtp_out import START_TLS, SmtpRelay, hang_up


def probe(relay: SmtpRelay, seconds: float) -> Probed:
    """How far the relay lets us come; each step has `seconds`. To be called where no event loop runs."""
    try:
        with connect(relay.host, relay.port, seconds) as opened:
            return asyncio.run(_Visit(relay, seconds).pay(opened, relay.hostname or socket.getfqdn()))
    except Unreachable as error:
        return error.stopped


class _Visit:
    """One session; `step` is where it stands."""

    def __init__(self, relay: SmtpRelay, seconds: float) -> None:
        self._relay = relay
        self._seconds = seconds
        self.step = Step.TLS

    async def pay(self, opened: socket.socket, own_name: str) -> Probed:
        try:
            client = self._client(opened, own_name)
            try:
                return await self._converse(client)
            finally:
                hang_up(client)
        except SMTPResponseException as error:
            return Stopped(self.step, clean_reply(f"{error.code} {error.message}"))
        except (SMTPException, OSError, ValueError) as error:  # ValueError: unreadable SASL challenges
            return Stopped(Step.TLS if tls_trouble(error) else self.step, reason_of(error))

    async def _converse(self, client: SMTP) -> Passed:
        self.step = Step.GREETING
        await client.connect()
        await client.ehlo()
        self.step = Step.TLS
        expires = await self._secure(client)
        self.step = Step.LOGIN
        if self._relay.user is not None and self._relay.password is not None:
            await client.login(self._relay.user, self._relay.password())
        with contextlib.suppress(SMTPException, OSError):
            await client.execute_command(b"QUIT")
        return Passed(expires)

    async def _secure(self, client: SMTP) -> datetime | None:
        """TLS where it is asked for or, on this machine, offered; the end of the certificate, when one was verified."""
        wanted = START_TLS[self._relay.tls]
        if wanted or (wanted is None and client.supports_extension("starttls")):
            await client.starttls()
            await client.ehlo()
        return expiry(client.get_transport_info("peercert"))

    def _client(self, opened: socket.socket, own_name: str) -> SMTP:
        return SMTP(
            hostname=self._relay.host,
            sock=opened,
            local_hostname=own_name,
            timeout=self._seconds,
            use_tls=self._relay.tls == "implicit",
            start_tls=False,
            tls_context=self._relay.tls_context(),
        )
