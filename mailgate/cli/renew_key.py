"""`mailgate renew-key`"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import print_json


@dataclass(frozen=True, slots=True)
class Renewed:
    """The ring after the renewal, by the numbers of its keys: the one that `signs`, all that `verify`, and the one
    that was `dropped` to make room."""

    signs: int
    verify: tuple[int, ...]
    dropped: int | None


def renew_key(config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """Sign reply addresses with a new key from now on; what older keys signed stays good."""
    from mailgate import config as site
    from mailgate.daemon import ring

    secret = site.load(config).secret_path
    renewal = ring.renew(secret)
    if renewal is None:
        raise Refusal(f"{secret}: there is no key to renew yet; `mailgate serve` makes the first one when it starts.")
    dropped = renewal.dropped
    numbers = tuple(key.number for key in renewal.after.keys)
    renewed = Renewed(renewal.after.newest.number, numbers, dropped.number if dropped else None)
    if as_json:
        print_json(renewed)
    else:
        print("\n".join(_told(renewed)))
    return DONE


def _told(renewed: Renewed) -> tuple[str, ...]:
    oldest = () if renewed.dropped is None else ("the oldest key made room: what it signed finds no ticket any more",)
    return (
        f"key {renewed.signs} signs the reply addresses of new mails once `serve` sees it: now, or at its start",
        f"{len(renewed.verify)} keys verify: addresses that were handed out before stay good until they expire",
        *oldest,
    )
