"""Pages that are no mails, each by the protocol that the scheme of its URL names; Apprise has all the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mailgate.core.delivery import Delivery, Parcel
from mailgate.core.targets import SMS, SNPP, scheme_of
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
        return await self.ways.get(scheme_of(parcel.target), self.otherwise).send(parcel)

    async def close(self) -> None:
        """What is being sent is not waited for."""
        for way in (*self.ways.values(), self.otherwise):
            await way.close()
