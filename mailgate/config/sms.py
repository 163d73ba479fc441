"""`[sms.NAME]`: an HTTP gateway for text messages, described by a template of what it wants to hear.

The words that a page holds come from strangers. So they go into the values of a JSON document or of a form, where they
are encoded, and nowhere else: never into the URL, never into a header (hazards A46).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator, field_validator, model_validator

from mailgate.config.places import service_url
from mailgate.toml.fields import Table, Text
from mailgate.toml.mistakes import did_you_mean

NUMBER, TEXT, SECRET = "number", "text", "secret"
PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{1,1000}")
OURS = ("content-type", "content-length", "host", "connection", "transfer-encoding", "accept-encoding")
"""Headers that say what is sent or where: mailgate's own."""

DEEPEST = 8


def gateway_name(name: str) -> str:
    """A name that `sms:NAME/+15145550101` can hold."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"'{name}' cannot be the name of a gateway: letters, digits, '-' and '_' only")
    return name


def gateway_url(text: object) -> str:
    """ "https://sms.example.net/send"; plain http only on this machine."""
    example = "a gateway: write https://sms.example.net/send"
    url = service_url(str(text), example, "send the secret and the page in the clear")
    if "@" in urlsplit(url).netloc or PLACEHOLDER.search(url):
        raise ValueError("a gateway's URL holds neither password nor placeholder: they go into headers or the body")
    return url


def _header(value: str) -> str:
    if _HEADER_VALUE.fullmatch(value) is None:
        raise ValueError("a header's value is one line of printable ASCII")
    _only_known(value, (SECRET,))
    return value


def _only_known(text: str, known: tuple[str, ...]) -> None:
    for word in PLACEHOLDER.findall(text):
        if word not in known:
            raise ValueError(f"unknown placeholder '{{{word}}}'{did_you_mean(word, known)}")


def texts_of(body: object, depth: int = DEEPEST) -> Iterator[str]:
    """Every text of a JSON value, however deep; ValueError for what JSON has no form for."""
    if depth < 0:
        raise ValueError(f"a body is at most {DEEPEST} tables or lists deep")
    match body:
        case str():
            yield body
        case bool() | int() | float():
            return
        case dict():
            for inner in body.values():
                yield from texts_of(inner, depth - 1)
        case list():
            for inner in body:
                yield from texts_of(inner, depth - 1)
        case _:
            raise ValueError(f"a body holds texts, numbers, true, false, lists and tables, no {type(body).__name__}")


class SmsTable(Table):
    """`[sms.NAME]`"""

    url: Annotated[str, PlainValidator(gateway_url)]
    method: Literal["POST", "PUT"] = "POST"
    json_: Annotated[dict[str, Any] | None, Field(alias="json")] = None
    form: dict[str, Text] | None = None
    headers: dict[str, Annotated[str, AfterValidator(_header)]] = Field(default_factory=dict)
    user: Text | None = None
    secret_file: Text | None = None
    secret_env: Text | None = None
    expect: Text | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=50)] = 20
    answers_secret_file: Text | None = None
    answers_secret_env: Text | None = None
    answers_from: Text = "from"
    answers_text: Text = "text"

    @field_validator("json_", "form")
    @classmethod
    def _says_what_to_whom(cls, body: dict[str, Any] | None) -> dict[str, Any] | None:
        if body is None:
            return None
        said = list(texts_of(body))
        for text in said:
            _only_known(text, (NUMBER, TEXT, SECRET))
        for word in (NUMBER, TEXT):
            if not any(f"{{{word}}}" in text for text in said):
                raise ValueError(f"the body needs '{{{word}}}' somewhere")
        return body

    @field_validator("headers")
    @classmethod
    def _may_be_set(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if _HEADER_NAME.fullmatch(name) is None or name.lower() in OURS:
                raise ValueError(f"'{name}' is not a header that can be set here")
        return headers

    @field_validator("user")
    @classmethod
    def _is_one_word(cls, user: str | None) -> str | None:
        if user is not None and (_HEADER_VALUE.fullmatch(user) is None or ":" in user):
            raise ValueError("a user is one line of printable ASCII without ':'")
        return user

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.json_ is None) == (self.form is None):
            raise ValueError("a gateway needs either 'json' or 'form'")
        if self.secret_file is not None and self.secret_env is not None:
            raise ValueError("'secret_file' and 'secret_env' exclude each other")
        if self.answers_secret_file is not None and self.answers_secret_env is not None:
            raise ValueError("'answers_secret_file' and 'answers_secret_env' exclude each other")
        if self.uses_secret != (self.secret_file is not None or self.secret_env is not None):
            raise ValueError("'{secret}' (or 'user') and one of 'secret_file', 'secret_env' go together")
        return self

    @property
    def uses_secret(self) -> bool:
        """Whether the gateway is told a secret: as a password, in a header or in the body."""
        said = (*self.headers.values(), *texts_of(self.json_ or self.form or {}))
        return self.user is not None or any(f"{{{SECRET}}}" in text for text in said)

    @property
    def template(self) -> str:
        """The body as a JSON document, placeholders in its texts."""
        return json.dumps(self.json_ if self.form is None else self.form)
