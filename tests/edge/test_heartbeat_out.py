"""The call that says that all is well."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mailgate.edge.heartbeat_out import call
from tests.edge.sms_gateways import SmsService, sms_service


@pytest.fixture
def listener() -> Iterator[SmsService]:
    """Who expects the call."""
    with sms_service() as service:
        yield service


def test_a_call_is_heard(listener: SmsService) -> None:
    """2xx, whatever it says."""
    assert call(listener.url, "POST") is None
    assert [(one.method, one.path) for one in listener.heard] == [("POST", "/send")]


@pytest.mark.parametrize(("status", "headers"), [(404, {}), (500, {}), (302, {"Location": "http://127.0.0.1:1/"})])
def test_everything_else_is_not(listener: SmsService, status: int, headers: dict[str, str]) -> None:
    """A redirect is not followed: the secret is for one host."""
    listener.script.status, listener.script.headers = status, headers
    assert call(listener.url, "POST") == f"it answered {status}"


def test_whoever_hangs_is_not_waited_for(listener: SmsService) -> None:
    """For long."""
    listener.script.delay = 5
    assert call(listener.url, "POST", 0.2) == "ReadTimeout"


def test_what_goes_wrong_is_told_without_the_url() -> None:
    """Its path is the secret."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert call(f"http://127.0.0.1:{port}/canary") == "ConnectError"
