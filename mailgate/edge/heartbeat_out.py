"""Calls the URL at which somebody waits for signs of life.

Whoever knows the URL can keep the alarm quiet: no word of this module holds it, and what the other side or the library
says, which may repeat it, is not passed on.
"""

from __future__ import annotations

from importlib import import_module
from typing import Literal

SECONDS = 10.0
"""For each step of a call; whoever calls must not wait for it."""


def call(url: str, method: Literal["GET", "POST"] = "GET", seconds: float = SECONDS) -> str | None:
    """None when it was heard (2xx), else what went wrong. Redirects and the environment's proxies are not followed."""
    httpx2 = import_module("httpx2")  # its import takes a third of a second
    try:
        with (
            httpx2.Client(trust_env=False, follow_redirects=False, timeout=seconds) as client,
            client.stream(method, url, headers={"User-Agent": "mailgate"}) as response,
        ):
            code = int(response.status_code)
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, ValueError) as error:
        return type(error).__name__
    return None if code // 100 == 2 else f"it answered {code}"
