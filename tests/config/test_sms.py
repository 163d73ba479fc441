"""`[sms.NAME]` in config.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.config import SmsGateway
from mailgate.config.web import doubts
from tests.config.test_config import load, mistakes

URL = 'url = "https://sms.example.net/send"\n'
JSON = 'json = { to = "{number}", text = "{text}" }\n'


def test_a_gateway_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Its secret is named, never written."""
    more = 'headers = { Authorization = "Bearer {secret}" }\nsecret_file = "sms"\nexpect = "queued"\n'
    found = load(tmp_path, f"[sms.ovh]\n{URL}{JSON}{more}")
    gateway = found.sms["ovh"]
    assert gateway == SmsGateway(
        url="https://sms.example.net/send",
        method="POST",
        template='{"to": "{number}", "text": "{text}"}',
        is_form=False,
        headers=(("Authorization", "Bearer {secret}"),),
        secret=gateway.secret,
        expect="queued",
    )
    assert [secret.path for secret in found.secrets] == [tmp_path / "sms"]


def test_a_form_with_a_user_is_read(tmp_path: Path) -> None:
    """The user's password is the secret."""
    form = 'form = { To = "{number}", Body = "{text}" }\nuser = "AC1"\nsecret_env = "SMS_TOKEN"\n'
    gateway = load(tmp_path, f'[sms.other]\nurl = "http://127.0.0.1:8090/send"\n{form}').sms["other"]
    assert (gateway.is_form, gateway.user, gateway.url) == (True, "AC1", "http://127.0.0.1:8090/send")
    assert gateway.secret is not None
    assert gateway.secret.written == "SMS_TOKEN"


def test_a_gateway_may_bring_answers(tmp_path: Path) -> None:
    """By a secret of its own, under names of its own; without [web] they cannot come in, and that is said."""
    heard = 'answers_secret_file = "answers"\nanswers_from = "From"\n'
    found = load(tmp_path, f"[sms.ovh]\n{URL}{JSON}{heard}")
    answers = found.sms["ovh"].answers
    assert answers is not None
    assert (answers.from_, answers.text, answers.secret.path) == ("From", "text", tmp_path / "answers")
    assert found.secrets == (answers.secret,)
    (doubt,) = doubts(found)
    assert doubt.text == "answers come in by [web], which there is not"
    assert load(tmp_path, f"[sms.ovh]\n{URL}{JSON}").sms["ovh"].answers is None


WRONG = {
    'url = "ftp://sms.example.net"\n' + JSON: "5:7: not the address of a gateway: write https://sms.example.net/send",
    'url = "https://sms.example.net/a b"\n'
    + JSON: "5:7: not the address of a gateway: write https://sms.example.net/send",
    'url = "http://sms.example.net/"\n' + JSON: (
        "5:7: http:// would send the secret and the page in the clear: only to this machine"
    ),
    'url = "https://me:canary@sms.example.net/"\n' + JSON: (
        "5:7: a gateway's URL holds neither password nor placeholder: they go into headers or the body"
    ),
    'url = "https://sms.example.net/?key={secret}"\n' + JSON: (
        "5:7: a gateway's URL holds neither password nor placeholder: they go into headers or the body"
    ),
    URL: "4:1: a gateway needs either 'json' or 'form'",
    URL + JSON + 'form = { a = "{number}{text}" }\n': "4:1: a gateway needs either 'json' or 'form'",
    URL + 'json = { to = "{number}" }\n': "6:8: the body needs '{text}' somewhere",
    URL + 'json = { to = "{nubmer}", t = "{text}" }\n': "6:8: unknown placeholder '{nubmer}' (did you mean 'number'?)",
    URL + 'json = { to = "{number}", t = "{text}", d = 2026-11-20 }\n': (
        "6:8: a body holds texts, numbers, true, false, lists and tables, no date"
    ),
    URL + JSON + 'headers = { X = "{text}" }\n': "7:17: unknown placeholder '{text}' (known: secret)",
    URL + JSON + 'headers = { Host = "x" }\n': "7:11: 'Host' is not a header that can be set here",
    URL + JSON + 'headers = { X = "a\\r\\nB: c" }\n': "7:17: a header's value is one line of printable ASCII",
    URL
    + JSON
    + 'secret_file = "sms"\n': "4:1: '{secret}' (or 'user') and one of 'secret_file', 'secret_env' go together",
    URL + JSON + 'user = "me"\n': "4:1: '{secret}' (or 'user') and one of 'secret_file', 'secret_env' go together",
    URL + JSON + 'method = "GET"\n': "7:10: 'method' in [sms.x] must be 'POST' or 'PUT', not 'GET'",
    URL + JSON + "timeout_seconds = 600\n": "7:19: 'timeout_seconds' in [sms.x] must be at most 50, not 600",
    URL + JSON.replace("json", "jsn"): "6:1: unknown key 'jsn' in [sms.x] (did you mean 'json'?)",
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.items())
def test_a_wrong_gateway_is_told_with_what_would_be_right(tmp_path: Path, text: str, sentence: str) -> None:
    """Before the first page is lost; and a password that was written by mistake is not repeated."""
    found = mistakes(tmp_path, f"[sms.x]\n{text}")
    assert sentence in found
    assert "canary" not in "".join(found)


def test_a_name_must_fit_a_pagers_url(tmp_path: Path) -> None:
    """`sms:NAME/+15145550101`."""
    (found,) = mistakes(tmp_path, f'[sms."a/b"]\n{URL}{JSON}')
    assert "'a/b' cannot be the name of a gateway" in found
