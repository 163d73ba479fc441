"""Pages that are no mails, each by the protocol that the scheme of its URL names; Apprise has all the others.

A URL may hold a password, and what fails may repeat it: of anything unforeseen only its kind is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mailgate.core.delivery import Deferred, Delivery, Parcel
from mailgate.core.targets import SMS, SNPP, scheme_of, shown
from mailgate.edge.apprise_out import ApprisePager
from mailgate.edge.sms_out import Gateway, SmsGateways
from mailgate.edge.snpp_out import SnppPager


class Way(Protocol):
    """One protocol."""

    async def send(self, parcel: Parcel) -> Delivery: ...

    async def close(self) -> None: ...


def own_ways(gateways: Mapping[str, Gateway]) -> dict[str, Way]:
    """What needs no extra, by scheme; `gateways` are those of config.toml."""
    return {SNPP: SnppPager(), SMS: SmsGateways(gateways)}


@dataclass(frozen=True, slots=True)
class Pagers:
    """Sends each page its way: by `ways` for the schemes they have, else by `otherwise`."""

    ways: Mapping[str, Way]
    otherwise: Way = field(default_factory=ApprisePager)

    async def send(self, parcel: Parcel) -> Delivery:
        """`parcel.target` is the URL, `parcel.message` the text."""
        try:
            return await self.ways.get(scheme_of(parcel.target), self.otherwise).send(parcel)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            return Deferred(f"{shown(parcel.target)}: {type(error).__name__}")

    async def close(self) -> None:
        """What is being sent is not waited for."""
        for way in (*self.ways.values(), self.otherwise):
            await way.close()
