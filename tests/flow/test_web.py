"""The web door of a real daemon: a page answered by its link, and what machines ask."""

from __future__ import annotations

import json
import re
import socket
import urllib.error
import urllib.request
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlencode

from tests.flow.desk import Letter
from tests.flow.process import Process, a_site, ask, command, eventually, outgoing, serving

WEB = '\n[web]\nlisten = "127.0.0.1:{port}"\nbase_url = "https://support.example.com"\n'


def a_site_with_web(root: Path, port: int = 0) -> Path:
    """The starter with its web door."""
    a_site(root)
    config = root / "config.toml"
    config.write_text(config.read_text("utf-8") + WEB.format(port=port), "utf-8")
    return root


def fetch(process: Process, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and body of one request."""
    url = f"http://127.0.0.1:{process.port('http')}{path}"
    try:
        with urllib.request.urlopen(url, urlencode(form).encode() if form else None, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def link_of(root: Path, address: str) -> str:
    """The path of the link that somebody got."""
    mails = [message_from_bytes(one) for one in outgoing(root)]
    text = next(
        part.get_payload(decode=True)
        for mail in mails
        if mail["Delivered-To"] == address
        for part in mail.walk()
        if part.get_content_type() == "text/plain"
    )
    assert isinstance(text, bytes)
    found = re.search(rb"https://support\.example\.com(/p/[a-z2-7]{42})", text)
    assert found is not None
    return found[1].decode()


def test_a_pressed_button_takes_the_request(tmp_path: Path) -> None:
    """Mail in, page out, link opened, button pressed: assigned before the page is answered; no token in the log."""
    with serving(a_site_with_web(tmp_path / "site")) as process:
        process.send(Letter("Plus rien ne marche", subject="Panne").raw(1))
        eventually(lambda: len(outgoing(process.root)) == 7)
        path = link_of(process.root, "tech2@example.com")
        status, page = fetch(process, path)
        (nonce,) = re.findall(r'name="nonce" value="([a-z2-7]+)"', page)
        assert (status, ask(process.root, "ticket", "1001")["assignee"]) == (200, None)
        status, page = fetch(process, path, {"nonce": nonce})
        assert (status, "La demande est à vous" in page) == (200, True)
        assert ask(process.root, "ticket", "1001")["assignee"] == "tech2"
        eventually(lambda: len(outgoing(process.root)) == 10)
        assert "s’en occupe" in fetch(process, link_of(process.root, "tech1@example.com"))[1]
        process.stop()
        log = (process.root / "serve.log").read_text("utf-8")
    assert path.removeprefix("/p/") not in log
    assert nonce not in log


def test_machines_hear_how_the_daemon_is(tmp_path: Path) -> None:
    """In one word, and in Prometheus' numbers; no customer and no address among them."""
    with serving(a_site_with_web(tmp_path / "site")) as process:
        process.send(Letter("Plus rien ne marche", subject="Panne").raw(1))
        eventually(lambda: len(outgoing(process.root)) == 7)
        status, health = eventually(lambda: (found := fetch(process, "/health"))[0] == 200 and found)
        _, numbers = fetch(process, "/metrics")
    assert (status, json.loads(health)["ok"]) == (200, True)
    assert {"auditor", "database", "engine", "inbox", "loop", "pages", "timers"} <= set(json.loads(health)["checks"])
    lines = numbers.splitlines()
    assert 'mailgate_inbox_rows{state="pending"} 0.0' in lines
    assert 'mailgate_page_rows{state="sent"} 6.0' in lines
    assert 'mailgate_page_rows{state="exhausted"} 0.0' in lines
    assert 'mailgate_clock_running_rows{promise="callback"} 1.0' in lines
    assert 'mailgate_outbox_rows{lane="page",state="failed"} 0.0' in lines
    assert any(line.startswith("mailgate_engine_events_total ") for line in lines)
    assert not re.search("_created|acme|example|tech1", numbers + health)


def test_a_taken_port_is_a_clear_error(tmp_path: Path) -> None:
    """One sentence that names it, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command(a_site_with_web(tmp_path / "site", port), "serve")
    assert done.returncode != 0
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
