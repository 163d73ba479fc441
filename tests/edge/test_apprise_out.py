"""ApprisePager against a web server of our own."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge.apprise_out import ApprisePager
from tests.edge.relays import run

pytest.importorskip("apprise", reason="the extra 'notify' is not installed")
SECRET = "hunter2"


class Service(ThreadingHTTPServer):
    """Answers every POST with `status`, when it is `awake`, and remembers what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.awake = threading.Event()
        self.awake.set()
        self.posts: list[str] = []

    def url(self) -> str:
        return f"json://user:{SECRET}@127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Service)
        self.server.awake.wait()
        self.server.posts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the base class calls it so


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.awake.set()
    server.shutdown()
    thread.join(5)
    server.server_close()


def paged(url: str, text: str = "P1 Acme: panne du serveur #1042", timeout: float = 10) -> Delivery:
    async def page() -> Delivery:
        pager = ApprisePager(timeout)
        try:
            return await pager.send(Parcel(1, "", url, text.encode(), by_mail=False))
        finally:
            await pager.close()

    return run(page())


def test_a_page_arrives_as_it_was_written(service: Service) -> None:
    """The essential stands first, and nothing is added."""
    assert isinstance(paged(service.url()), Delivered)
    assert json.loads(service.posts[0])["message"] == "P1 Acme: panne du serveur #1042"


def test_a_service_that_fails_is_tried_again(service: Service) -> None:
    """Promise 5: you may be paged twice, never zero times."""
    service.status = 503
    assert isinstance(paged(service.url()), Deferred)


def test_a_service_that_hangs_holds_nobody_up(service: Service) -> None:
    """The next channel and the next person must not wait for it."""
    service.awake.clear()
    assert paged(service.url(), timeout=0.2) == Deferred("the pager service did not answer in time")
    assert service.posts == []


def test_a_url_that_means_nothing_is_refused() -> None:
    """No number of attempts makes it right."""
    assert isinstance(paged("pigeon://roof"), Refused)


def test_the_url_is_in_no_log_and_no_reason(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Its password is the service's password."""
    caplog.set_level(logging.DEBUG)
    service.status = 403
    outcome = paged(service.url())
    assert isinstance(outcome, Deferred)
    assert SECRET not in outcome.reason + caplog.text


def test_without_apprise_the_reason_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` says it before the first page is lost; this is the second line."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert paged("ntfys://ntfy.example.net/tech1") == Refused("this pager needs Apprise: install the extra 'notify'")
