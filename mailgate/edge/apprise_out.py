"""Pages through any service that Apprise knows, named by its URL.

Apprise is the optional extra `notify`. Its URLs hold passwords and tokens, so none of them is ever logged, the log of
Apprise, which does not promise the same, is silenced.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused

WITHOUT_APPRISE = "this pager needs Apprise: install the extra 'notify'"
THREADS = 4

ENDINGS = {"SUCCESS": "taken", "FAILURE": "not taken", "TIMEOUT": "no answer in time"}
"""What became of a page at each service, in words; Apprise's own may repeat a URL."""


class ApprisePager:
    """Sends through Apprise in threads of its own; a service has `timeout` seconds."""

    def __init__(self, timeout: float = 30.0) -> None:
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pager")

    async def send(self, parcel: Parcel) -> Delivery:
        """`parcel.target` is the URL, `parcel.message` the text."""
        if not has_apprise():
            return Refused(WITHOUT_APPRISE)
        text = parcel.message.decode("utf-8", "replace")
        calling = asyncio.get_running_loop().run_in_executor(self._threads, _notify, parcel.target, text, self._timeout)
        try:
            async with asyncio.timeout(self._timeout):
                return await calling
        except TimeoutError:
            return Deferred("the pager service did not answer in time")

    async def close(self) -> None:
        """What is being sent is not waited for; it is sent again after the next start."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def has_apprise() -> bool:
    """The extra 'notify' is installed."""
    return importlib.util.find_spec("apprise") is not None


def _service(url: str) -> Any:
    """None when Apprise does not understand the URL."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise.Apprise.instantiate(url)


def _notify(url: str, text: str, timeout: float) -> Delivery:
    import apprise

    service = _service(url)
    if service is None:
        return Refused("Apprise does not understand this pager's URL")
    caller = apprise.Apprise()
    caller.add(service)
    with caller.notify(body=text, timeout=timeout) as result:
        told = "; ".join(f"{one.name}: {ENDINGS.get(one.status.name, 'nothing said')}" for one in result)
        return Delivered(told) if result else Deferred(told or "Apprise asked no service")
