"""The way to an IMAP server that greets, under one deadline.

The library connects, agrees on TLS and reads the greeting in one call, and has no more than a timeout per `recv` for
it: a server that drips its greeting would keep that call for ever (hazards M20). So the socket is made here, and cut
from another thread when the time is up.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import socket
import ssl
import threading

from imapclient import IMAPClient, SocketTimeout


def greeted(host: str, port: int, context: ssl.SSLContext | None, timeout: SocketTimeout) -> IMAPClient:
    """A client whose server has greeted within `timeout.read` of the connection; TLS from the first octet with
    `context`."""
    connected = socket.create_connection((host, port), timeout.connect)
    with socket.socket(fileno=os.dup(connected.fileno())) as twin:
        guard = threading.Timer(timeout.read, _cut, (twin,))
        guard.start()
        try:
            return _Greeted(connected, host, port, context, timeout)
        finally:
            guard.cancel()
            guard.join()


class _Greeted(IMAPClient):  # type: ignore[misc]  # imapclient is untyped
    """A client over a socket that is there already."""

    def __init__(
        self, connected: socket.socket, host: str, port: int, context: ssl.SSLContext | None, timeout: SocketTimeout
    ) -> None:
        self._connected = connected
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  # imapclient's name
        with contextlib.ExitStack() as held:
            held.callback(self._connected.close)
            if self.ssl:
                self._connected = self.ssl_context.wrap_socket(self._connected, server_hostname=self.host)
            talk = _Talk(self._connected, self.host, self.port)
            held.pop_all()
            return talk


class _Talk(imaplib.IMAP4):
    """The library's conversation over a socket that is there already."""

    def __init__(self, connected: socket.socket, host: str, port: int) -> None:
        self._connected = connected
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002  # imaplib's signature
        return self._connected


def _cut(twin: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is gone already
        twin.shutdown(socket.SHUT_RDWR)
