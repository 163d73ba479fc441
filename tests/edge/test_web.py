"""The web door over real sockets: what a browser, a scanner and a stranger get."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import pytest

from mailgate.core.listening import Listen
from mailgate.edge import web, web_app
from mailgate.edge.web_app import Door, Health, Inner
from mailgate.edge.web_words import CONSTANT, STYLE, Shown, Standing, constant_page, page_of

TOKEN = "k" * 42
SHOWN = Shown(Standing.WAITING, "soutien <urgent>", 1042, "Exemple Logiciels", "fr-CA", nonce="n" * 44)
PUBLIC = Door("https://support.example.com/desk", ())


@dataclass
class Pages:
    """Knows one token; remembers how often it was asked, and decides a word at once unless told `never`."""

    shown: Shown = SHOWN
    never: bool = False
    looks: int = 0
    words: list[str] = field(default_factory=list)

    def look(self, token: str) -> Shown | None:
        self.looks += 1
        return self.shown if token == TOKEN else None

    def is_fresh(self, token: str, nonce: str) -> bool:
        return nonce == SHOWN.nonce

    def answer(self, token: str) -> int | None:
        self.words.append(token)
        self.shown = self.shown if self.never else replace(self.shown, standing=Standing.YOURS)
        return 7

    def is_decided(self, row: int) -> bool:
        return not self.never


@dataclass
class Texts:
    """One gateway with one secret; remembers what it heard."""

    heard: list[tuple[str, str, str]] = field(default_factory=list)

    def fields(self, gateway: str, secret: str) -> tuple[str, str] | None:
        return ("From", "Body") if (gateway, secret) == ("ovh", "s3cret") else None

    def hear(self, gateway: str, number: str, text: str) -> None:
        self.heard.append((gateway, number, text))


@dataclass
class Vitals:
    """As well as it is told."""

    ok: bool = True
    broken: bool = False

    def health(self) -> Health:
        return Health(self.ok, (("engine", "ok" if self.ok else "silent"),))

    def metrics(self) -> bytes:
        if self.broken:
            raise RuntimeError(f"the database says {TOKEN}")
        return b"mailgate_loop_lag_seconds 0.0\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Running:
    """A web door in a loop of its own thread."""

    port: int
    pages: Pages
    texts: Texts

    def ask(
        self,
        method: str = "GET",
        path: str = f"/p/{TOKEN}",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request by hand, so that nothing is added to it."""
        lines = {"Host": "127.0.0.1", "Content-Length": str(len(body))} | dict(headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return answer_of(self.say(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body))

    def say(self, octets: bytes) -> bytes:
        """Everything that comes back until the door closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            client.sendall(octets)
            heard = b""
            while chunk := client.recv(65536):
                heard += chunk
            return heard


def answer_of(octets: bytes) -> Answer:
    head, _, body = octets.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split(" ")[1]), headers, body.decode())


@contextmanager
def running(pages: Pages | None = None, vitals: Vitals | None = None, door: Door = PUBLIC) -> Iterator[Running]:
    """The door, open until the block ends."""
    pages, texts = pages or Pages(), Texts()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with ThreadPoolExecutor(2) as threads:
        app = web_app.web_app(door, Inner(pages, texts, vitals or Vitals()), threads)
        opening = web.open_web(Listen("127.0.0.1", 0), app, grace_seconds=1)
        opened = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
        try:
            yield Running(int(opened.addresses[0].rpartition(":")[2]), pages, texts)
        finally:
            asyncio.run_coroutine_threadsafe(opened.close(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def pressed(door: Running, nonce: str = SHOWN.nonce) -> Answer:
    return door.ask("POST", body=f"nonce={nonce}".encode())


def test_a_page_is_shown_with_one_button_and_nothing_remote() -> None:
    """Queue and number, escaped; no script, and the policy allows nothing but its own style."""
    with running() as door:
        answer = door.ask()
    assert answer.status == 200
    assert "soutien &lt;urgent&gt; · demande nº 1042" in answer.body
    assert answer.body.count("<button") == 1
    assert not re.search(r"<script|src=|https?://|onload|@import|url\(", answer.body)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"].startswith("noindex")
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_nothing_but_a_pressed_button_says_anything(method: str) -> None:
    """Scanners fetch a link before its reader does (hazards A41)."""
    with running() as door:
        assert {door.ask(method).status for _ in range(5)} <= {200, 405}
    assert door.pages.words == []


def test_a_pressed_button_is_one_word_and_its_answer_is_the_truth() -> None:
    """Decided within moments: theirs."""
    with running() as door:
        assert "La demande est à vous" in pressed(door).body
        assert "La demande est à vous" in pressed(door).body
    assert door.pages.words == [TOKEN]


@pytest.mark.parametrize(
    "body", [b"", b"nonce=", b"nonce=other", b"List-Unsubscribe=One-Click", b"a=1&b=2&c=3&d=4&e=5"]
)
def test_a_blind_post_says_nothing_and_is_shown_the_page(body: bytes) -> None:
    """RFC 8058's one click, and whatever else posts without having read."""
    with running() as door:
        answer = door.ask("POST", body=body)
    assert (answer.status, door.pages.words) == (409, [])
    assert "Cette page a vieilli" in answer.body
    assert "<button" in answer.body


def test_a_word_that_is_not_decided_yet_is_received(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is on disk; the page says no more than that."""
    monkeypatch.setattr(web_app, "DECIDED_SECONDS", 0.2)
    with running(Pages(never=True)) as door:
        assert "C’est bien reçu" in pressed(door).body


@pytest.mark.parametrize("path", ["/", "/p/", f"/p/{TOKEN}x", f"/p/{TOKEN}/x", "/p/%00", "/../etc/passwd", "/docs"])
def test_what_there_is_not_looks_the_same_to_everybody(path: str) -> None:
    """A forged, an expired and a revoked link cannot be told apart."""
    with running() as door:
        answer = door.ask(path=path)
    assert (answer.status, answer.body) == (404, constant_page(404))


def test_a_long_body_is_refused_before_it_is_read() -> None:
    """Sixteen megabytes were announced."""
    with running() as door:
        answer = door.ask("POST", body=b"nonce=" + b"n" * 2000, headers={"Content-Length": "16000000"})
    assert (answer.status, door.pages.words) == (413, [])


def test_a_long_head_is_refused() -> None:
    """Memory per stranger is bounded."""
    with running() as door:
        heard = door.say(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n" * 2)
    assert heard.startswith(b"HTTP/1.1 4") or heard == b""


def test_who_dawdles_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that never ends keeps the door from nobody."""
    monkeypatch.setattr(web, "LIFE_SECONDS", 0.3)
    with running() as door:
        assert door.say(b"GET /p/abc HTTP/1.1\r\nHost: x\r\n") == b""
        assert door.ask().status == 200


def test_the_machines_pages_are_for_this_machine() -> None:
    """Health says why when it is not well; numbers are in Prometheus' format."""
    with running(vitals=Vitals(ok=False)) as door:
        health, metrics = door.ask(path="/health"), door.ask(path="/metrics")
    assert (health.status, health.body) == (503, '{"ok": false, "checks": {"engine": "silent"}}')
    assert (metrics.status, metrics.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "support.example.com"},
        {"Host": "SUPPORT.example.com:443"},
        {"X-Forwarded-For": "192.0.2.1"},
        {"Via": "1.1 x"},
    ],
)
def test_who_comes_through_a_web_server_is_a_stranger(headers: dict[str, str]) -> None:
    """A reverse proxy on this machine makes the whole world come from 127.0.0.1."""
    with running() as door:
        assert {door.ask(path=path, headers=headers).status for path in ("/health", "/metrics", "/desk/metrics")} == {
            404
        }
        assert door.ask(path=f"/desk/p/{TOKEN}", headers=headers).status == 200


def test_other_networks_are_let_in_by_name() -> None:
    """`metrics_allow`, and nobody else."""
    allowed = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    assert [web_app._is_allowed(peer, allowed) for peer in ("192.0.2.9", "2001:db8::7", "127.0.0.1")] == [True] * 3
    assert [web_app._is_allowed(peer, allowed) for peer in ("192.0.3.1", "::2", "unix", "")] == [False] * 4


def test_trouble_is_a_constant_page_and_no_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither is a stranger told what broke."""
    caplog.set_level(logging.DEBUG)
    with running(vitals=Vitals(broken=True)) as door:
        answer = door.ask(path="/metrics")
        pressed(door)
        door.say(b"nonsense " + TOKEN.encode() + b"\r\n\r\n")
    assert (answer.status, answer.body) == (503, constant_page(503))
    assert f"/p/{TOKEN}" not in caplog.text


def test_a_taken_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is half open."""
    with running() as door, pytest.raises(OSError, match="in use"):
        asyncio.run(web.open_web(Listen("127.0.0.1", door.port), door.ask, grace_seconds=1))  # type: ignore[arg-type] # never called


@pytest.mark.parametrize("language", ["fr-CA", "en", "de"])
def test_every_page_is_said_in_the_readers_language_or_in_french(language: str) -> None:
    """Every standing has its words, and only one waits for a button."""
    for standing in Standing:
        page = page_of(replace(SHOWN, standing=standing, holder="Luc & Co", language=language))
        assert f'<html lang="{"en" if language == "en" else "fr"}">' in page
        assert ("<button" in page) is (standing is Standing.WAITING)
        assert "& Co" not in page
    assert STYLE in constant_page(404)
    assert set(CONSTANT) >= {404, 405, 413, 503}
