"""What is odd about `[web]`, and works all the same."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailgate.config.places import is_loopback
from mailgate.config.values import Config
from mailgate.toml.mistakes import Mistake


def doubts(config: Config) -> Iterator[Mistake]:
    """What an administrator should know before the first page leaves."""
    web = config.web
    if web is None:
        answering = (one.answers for one in config.sms.values() if one.answers is not None)
        yield from (one.secret.place.mistake("answers come in by [web], which there is not") for one in answering)
        return
    if web.base_url is None:
        yield web.place.mistake("[web] has no base_url: pages carry no link to acknowledge them by")
        return
    url = urlsplit(web.base_url)
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        yield web.place.mistake("base_url of [web] is not https: who reads along on the way can acknowledge pages")
