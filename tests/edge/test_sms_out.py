"""SmsGateways against a web server of our own."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge.pager import Pagers, own_ways
from mailgate.edge.sms_out import Gateway, body_of
from tests.edge.relays import run
from tests.edge.sms_gateways import Script, SmsService, sms_service

TEXT = "urgent Acme: panne du serveur #1042 12h30"
SECRET = 'hunter2/"ç+'
JSON = Gateway("", '{"to": ["{number}"], "body": {"text": "{text}", "kind": 1}}')
FORM = Gateway("", '{"To": "{number}", "Body": "{text}", "From": "5145550000"}', is_form=True)


@pytest.fixture
def service() -> Iterator[SmsService]:
    with sms_service() as running:
        yield running


def paged(service: SmsService, gateway: Gateway = JSON, text: str = TEXT, name: str = "ovh") -> Delivery:
    async def page() -> Delivery:
        pagers = Pagers(own_ways({"ovh": replace(gateway, url=service.url)}))
        try:
            parcel = Parcel(1, "", f"sms:{name}/+15145550101", text.encode("utf-8", "replace"), by_mail=False)
            return await pagers.send(parcel)
        finally:
            await pagers.close()

    return run(page())


def test_a_json_gateway_hears_number_and_text(service: SmsService) -> None:
    """At the places that the template names, and nothing else changes."""
    assert paged(service) == Delivered('ovh: 200 {"status": "queued"}')
    (heard,) = service.heard
    assert (heard.method, heard.path, heard.headers["content-type"]) == ("POST", "/send", "application/json")
    assert json.loads(heard.body) == {"to": ["+15145550101"], "body": {"text": TEXT, "kind": 1}}


def test_a_form_gateway_hears_number_and_text(service: SmsService) -> None:
    """As a browser would send it; a user and the secret are its login."""
    paged(service, replace(FORM, user="AC1", secret=lambda: "pass", method="PUT"))
    (heard,) = service.heard
    assert heard.method == "PUT"
    assert parse_qsl(heard.body.decode()) == [("To", "+15145550101"), ("Body", TEXT), ("From", "5145550000")]
    assert heard.headers["authorization"] == "Basic " + base64.b64encode(b"AC1:pass").decode()


def test_a_secret_travels_where_the_template_says(service: SmsService) -> None:
    """It is read at each page, so that it can be changed while the desk runs."""
    bearer = replace(JSON, headers=(("Authorization", "Bearer {secret}"),), secret=lambda: "token")
    paged(service, bearer)
    assert service.heard[0].headers["authorization"] == "Bearer token"


@given(st.text(max_size=300))
def test_no_word_becomes_a_parameter(text: str) -> None:
    """A46: whatever a customer writes is one value of the body, and no placeholder in it is filled in."""
    words = {"number": "+1", "text": text, "secret": "x"}
    assert json.loads(body_of(JSON, words))["body"] == {"text": text, "kind": 1}
    encodable = text.encode("utf-8", "replace").decode()
    sent = dict(parse_qsl(body_of(FORM, words | {"text": encodable}).decode(), keep_blank_values=True))
    assert sent == {"To": "+1", "Body": encodable, "From": "5145550000"}


def test_words_that_look_like_parameters_stay_words(service: SmsService) -> None:
    """The same over the wire: line ends, quotes, ampersands, placeholders, and what no SMS can hold."""
    evil = 'x"}, "to": ["+1900"]\r\nTo: +1900&To=+1900{secret}`'
    assert isinstance(paged(service, replace(JSON, secret=lambda: "s3"), evil), Delivered)
    said = json.loads(service.heard[0].body)
    assert said["to"] == ["+15145550101"]
    assert said["body"]["text"] == 'x"}, "to": ["+1900"] To: +1900&To=+1900{secret}\''


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
def test_a_gateway_that_will_never_take_it_refuses(service: SmsService, status: int) -> None:
    """The next person is needed now. A redirect is not followed: only the configured URL is dialled."""
    service.script = Script(status, headers={"Location": "http://127.0.0.1:1/"})
    assert isinstance(paged(service), Refused)
    assert len(service.heard) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_gateway_in_trouble_is_tried_again(service: SmsService, status: int) -> None:
    """Promise 5: you may be paged twice, never zero times."""
    service.script = Script(status)
    assert isinstance(paged(service), Deferred)


@pytest.mark.parametrize(
    ("asked", "waits"), [("7", 7), ("86400", 300), ("-1", 0), ("Fri, 31 Dec 1999 23:59:59 GMT", 0), ("9" * 99, 0)]
)
def test_a_gateway_may_ask_for_a_pause_but_not_for_long(service: SmsService, asked: str, waits: float) -> None:
    """F22: Retry-After is heard, capped."""
    service.script = Script(429, b"slow down", {"Retry-After": asked})
    assert paged(service) == Deferred("ovh: 429 slow down", waits)


def test_a_gateway_that_says_ok_and_means_no_is_believed_by_its_words(service: SmsService) -> None:
    """F22: 200 with an error inside."""
    expecting = replace(JSON, expect='"queued"')
    assert isinstance(paged(service, expecting), Delivered)
    service.script = Script(reply=b'{"status": "no credit"}')
    assert paged(service, expecting) == Deferred("""ovh: 200 without '"queued"' {"status": "no credit"}""")


@pytest.mark.parametrize(
    "script",
    [
        Script(delay=5),
        Script(reply=b"x" * 2000, drip=0.02),
        Script(garbage=b"\0\xff SSH-2.0\r\n\r\n"),
        Script(garbage=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000),
        Script(headers={"Content-Length": "99"}),
        Script(headers={"Transfer-Encoding": "chunked"}, reply=b"zz\r\n"),
    ],
    ids=["hangs", "drips", "speaks something else", "endless header", "hangs up", "bad chunks"],
)
def test_a_gateway_that_fails_holds_nobody_up(service: SmsService, script: Script) -> None:
    """Timeout, slow body, garbage: bounded, and tried again."""
    service.script = script
    assert isinstance(paged(service, replace(JSON, timeout=0.5)), Deferred)


def test_only_the_beginning_of_an_answer_is_read(service: SmsService) -> None:
    """Nobody's memory is filled by a gateway."""
    service.script = Script(reply=b"queued " * 3_000_000)
    outcome = paged(service)
    assert isinstance(outcome, Delivered)
    assert len(outcome.reply) <= 300


def test_nobody_listening_is_tried_again() -> None:
    """A gateway that restarts."""
    with sms_service() as gone:
        pass
    assert paged(gone) == Deferred("ovh: ConnectError")


def test_an_unknown_gateway_is_refused(service: SmsService) -> None:
    """`check` says it before; a row may be older than the configuration."""
    assert paged(service, name="old") == Refused("config.toml has no [sms.old]")


@pytest.mark.parametrize(
    "echoed",
    [SECRET, json.dumps(SECRET), quote(SECRET, safe=""), base64.b64encode(f"me:{SECRET}".encode()).decode()],
    ids=["as it is", "as JSON", "as a URL", "as a login"],
)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_the_secret_is_in_no_reason_and_no_log(
    service: SmsService, caplog: pytest.LogCaptureFixture, echoed: str, status: int
) -> None:
    """Gateways repeat what they were told; a reason ends in logs, listings and mails."""
    caplog.set_level(logging.DEBUG)
    service.script = Script(status, f"denied: {echoed}. denied: {echoed}".encode())
    gateway = replace(JSON, user="me", secret=lambda: SECRET, template='{"n": "{number}", "t": "{text}{secret}"}')
    outcome = paged(service, gateway)
    said = outcome.reply if isinstance(outcome, Delivered) else outcome.reason
    assert echoed not in said + caplog.text
    assert "hunter2" not in said + caplog.text


@pytest.mark.parametrize("spelled", [str, json.dumps, lambda text: quote(text, safe=""), lambda text: text.upper()])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_answer_that_repeats_the_page_keeps_its_link(
    service: SmsService, spelled: Callable[[str], str], status: int
) -> None:
    """Many gateways send back what they took: a reason is logged and mailed, and the link acknowledges the page."""
    token = "abcdefghijklmnopqrstuvwxyz" + "234567" + "abcdefghij"
    text = f"URGENT Acme : cuve https://support.example.com/p/{token}"
    service.script = Script(status, f'{{"body": "{spelled(text)}"}}'.encode())
    outcome = paged(service, JSON, text)
    said = outcome.reply if isinstance(outcome, Delivered) else outcome.reason
    assert token not in said.lower()
    assert spelled is not str or "Acme" not in said


def test_half_a_secret_is_not_shown_either(service: SmsService) -> None:
    """Where the answer is cut."""
    secret = "hunter2" + "x" * 50
    service.script = Script(500, secret.encode() * 100)
    outcome = paged(service, replace(JSON, user="me", secret=lambda: secret))
    assert isinstance(outcome, Deferred)
    assert "hunt" not in outcome.reason


def test_a_secret_that_is_no_header_stays_unsaid(service: SmsService, caplog: pytest.LogCaptureFixture) -> None:
    """A library that complains of a value repeats the value."""
    bearer = replace(JSON, headers=(("Authorization", "Bearer {secret}"),), secret=lambda: "hunter2\r\nX: y")
    assert paged(service, bearer) == Deferred("ovh: LocalProtocolError")
    assert "hunter2" not in caplog.text
    assert service.heard == []
