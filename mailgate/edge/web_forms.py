"""The bodies that strangers post: small, or not read to their end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

FORM_OCTETS = 1024
FORM_FIELDS = 4
TEXT_OCTETS = 16_384
TEXT_FIELDS = 60


async def form_in(request: Request) -> Mapping[str, str] | None:
    """The fields of a page's own form; None when it is too long."""
    octets = await _body(request, FORM_OCTETS)
    return None if octets is None else _form_of(octets, FORM_FIELDS)


async def text_in(request: Request) -> Mapping[str, str] | None:
    """What a gateway says of a text message, as a form or in JSON; None when it is too long, {} when it is neither."""
    octets = await _body(request, TEXT_OCTETS)
    if octets is None or "json" not in request.headers.get("content-type", "").lower():
        return None if octets is None else _form_of(octets, TEXT_FIELDS)
    try:
        said = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in said.items()} if isinstance(said, dict) else {}


async def _body(request: Request, most: int) -> bytes | None:
    octets = b""
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > most:
            return None
    return octets


def _form_of(octets: bytes, most: int) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(octets.decode("utf-8", "replace"), max_num_fields=most))
    except ValueError:
        return {}
