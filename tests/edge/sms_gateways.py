"""A web server that stands for a gateway to text messages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Script:
    """What a gateway answers, with `drip` seconds before each octet of it, and after `delay` seconds."""

    status: int = 200
    reply: bytes = b'{"status": "queued"}'
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    garbage: bytes = b""


class SmsService(ThreadingHTTPServer):
    """Answers as `script` says and remembers what it heard."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = Script()
        self.heard: list[Heard] = []
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, SmsService)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(Heard(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        script = self.server.script
        self.server.stopped.wait(script.delay)
        try:
            self._answer(script)
        except OSError:  # the client had enough
            self.close_connection = True

    do_PUT = do_POST  # noqa: N815 - the base class looks for this name

    def _answer(self, script: Script) -> None:
        assert isinstance(self.server, SmsService)
        if script.garbage:
            self.wfile.write(script.garbage)
            self.close_connection = True
            return
        self.send_response(script.status)
        for name, value in {"Content-Length": str(len(script.reply)), **script.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not script.drip:
            self.wfile.write(script.reply)
            return
        for octet in script.reply:
            self.wfile.write(bytes([octet]))
            if self.server.stopped.wait(script.drip):
                return

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the base class calls it so


@contextmanager
def sms_service() -> Iterator[SmsService]:
    """The service on a free loopback port."""
    server = SmsService()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
