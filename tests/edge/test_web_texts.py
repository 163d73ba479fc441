"""What a gateway of text messages may post, and what anybody else may not."""

from __future__ import annotations

import logging

import pytest

from tests.edge.test_web import running

HOOK = "/sms/ovh/s3cret"
JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"From=%2B15145550101&Body=1001-abcde+ok&MessageSid=9", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b'{"From": "+15145550101", "Body": "1001-abcde ok", "parts": [1, 2]}', JSON),
    ],
    ids=["form", "json"],
)
def test_a_gateway_brings_number_and_text(body: bytes, headers: dict[str, str]) -> None:
    """Under the names that config.toml gives them."""
    with running() as door:
        assert door.ask("POST", HOOK, body, headers).status == 204
    assert door.texts.heard == [("ovh", "+15145550101", "1001-abcde ok")]


@pytest.mark.parametrize("path", ["/sms/ovh/wrong", "/sms/other/s3cret", "/sms/ovh/S3CRET", "/sms/ovh/%73%33cre"])
def test_who_does_not_know_the_secret_is_nobody(path: str) -> None:
    """Unheard, whatever they say (hazards A51)."""
    with running() as door:
        assert door.ask("POST", path, b"From=1&Body=2").status == 401
    assert door.texts.heard == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"x" * 20_000, 413), (b"[" * 9_000, 204), (b"\xff\xfe", 204), (b"[1]", 204), (b'{"From": {"a": 1}}', 204)],
)
def test_whatever_is_posted_is_read_in_bounds(body: bytes, status: int) -> None:
    """And never ends the door."""
    with running() as door:
        assert door.ask("POST", HOOK, body, JSON).status == status
        assert door.ask("GET", HOOK).status == 405


def test_the_secret_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """It stands in the path."""
    caplog.set_level(logging.INFO)
    with running() as door:
        door.ask("POST", HOOK, b"From=1&Body=2")
        door.ask("POST", HOOK, b"x" * 20_000)
    assert "s3cret" not in caplog.text
