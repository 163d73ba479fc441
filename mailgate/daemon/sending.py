"""What the sender needs of this machine: the way to the relay, and those to the pagers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mailgate.config import Config, MaildirRelay, SmsGateway
from mailgate.daemon.clock import SteadyClock
from mailgate.daemon.in_force import InForce, Live
from mailgate.edge import maildir_out, pager, smtp_out
from mailgate.edge.sms_out import Gateway
from mailgate.sender import Means, Relay
from mailgate.store.database import Database


@dataclass(frozen=True, slots=True)
class Here:
    """This node: its name, its database, its time, and its threads that send."""

    node: str
    database: Database
    clock: SteadyClock
    threads: ThreadPoolExecutor


def means_of(in_force: InForce, here: Here, failed: Callable[[], None]) -> Means:
    """The sender's means; it calls `failed` when a delivery failed for good."""
    return Means(
        database=here.database,
        threads=here.threads,
        clock=here.clock.now,
        chance=random.random,
        open_relay=relay_opener(in_force.site().config),
        pager=pager.Pagers(pager.own_ways(Live(lambda: _gateways(in_force)))),
        failed=failed,
        owner=here.node,
    )


def _gateways(in_force: InForce) -> Mapping[str, Gateway]:
    return {name: _gateway(one) for name, one in in_force.site().config.sms.items()}


def _gateway(one: SmsGateway) -> Gateway:
    return Gateway(
        url=one.url,
        template=one.template,
        is_form=one.is_form,
        method=one.method,
        headers=one.headers,
        user=one.user,
        secret=one.secret.read if one.secret is not None else None,
        expect=one.expect,
        timeout=one.timeout,
    )


def relay_opener(settings: Config) -> Callable[[], Relay]:
    """Opens a session with the relay of config.toml."""
    relay = settings.relay
    if isinstance(relay, MaildirRelay):
        return lambda: maildir_out.MaildirRelay(relay.path)
    password = relay.password.read if relay.password is not None else None
    return lambda: smtp_out.SmtpRelay(relay.host, relay.port, relay.tls, relay.user, password, relay.ca_file)
