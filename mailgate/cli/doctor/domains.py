"""The names of this desk: whether the world can write to them, and whether they are its own at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import assert_never

from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.core.policy import Policy
from mailgate.edge import resolver
from mailgate.edge.asking import ask
from mailgate.edge.resolver import Mailed, Way

SECONDS = 4.0

RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")
"""Domains that belong to nobody (RFC 2606, RFC 6761)."""

Ask = Callable[[str], Mailed]


def domains(policy: Policy, _now: datetime) -> Iterator[Said]:
    """The desk's and the queues' domains, all asked at once."""
    ours = dict.fromkeys(address.rpartition("@")[2] for address in _addresses(policy))
    real = [domain for domain in ours if not is_reserved(domain)]
    yield from ways(real, partial(resolver.way_to, seconds=SECONDS))


def ways(names: Iterable[str], way_to: Ask) -> Iterator[Said]:
    """What the resolver says about the way of a mail to each domain."""
    asked = [(name, ask(partial(way_to, name))) for name in names]
    for name, answer in asked:
        yield _said(name, answer.result())


def _said(domain: str, found: Mailed) -> Said:
    match found.way:
        case Way.FOUND:
            return ok(f"mail for {domain} goes to {found.words}")
        case Way.NONE:
            return bad(f"no mail reaches {domain}, because it has neither an MX nor an address: {found.words}")
        case Way.REFUSED:
            return bad(f"no mail reaches {domain}: its MX says that it takes none")
        case Way.NO_ADDRESS:
            return warning(
                f"{domain} has no address ({found.words}), and whether it has an MX was not asked, because dnspython "
                f"is not installed (extra 'dkim'). `host -t mx {domain}` tells"
            )
        case Way.UNKNOWN:
            return warning(f"nobody could say where mail for {domain} goes: {found.words}")
        case _ as never:
            assert_never(never)


def examples(policy: Policy, _now: datetime) -> Iterator[Said]:
    """What is still the starter's."""
    groups = (
        (
            "the desk's addresses",
            _addresses(policy),
            "nobody can write to them",
            "config.toml and rules/20-queues.toml",
        ),
        ("administrators", policy.desk.administrators, "nobody hears of trouble", "config.toml"),
        ("technicians", _of_technicians(policy), "no page reaches them", "rules/30-people.toml"),
        ("customers", _of_customers(policy), "no real customer is known", "rules/40-customers.toml"),
    )
    for who, addresses, so, where in groups:
        found = [address for address in addresses if is_reserved(address.rpartition("@")[2])]
        if found:
            yield warning(f"{who} are still the starter's, and {so}: {few(found, 3)}. Write your own into {where}")


def is_reserved(domain: str) -> bool:
    """Whether a domain can only be an example."""
    return any(domain == name or domain.endswith(f".{name}") for name in RESERVED)


def _addresses(policy: Policy) -> list[str]:
    return [policy.desk.address, *(address for queue in policy.queues.values() for address in queue.addresses)]


def _of_technicians(policy: Policy) -> list[str]:
    people = policy.technicians.values()
    pagers = [pager.target for one in people for pager in one.pagers if pager.by_mail]
    return [mail for one in people for mail in one.mails] + pagers


def _of_customers(policy: Policy) -> list[str]:
    firms = policy.customers.values()
    return [contact.mail for firm in firms for contact in firm.contacts] + [
        name for firm in firms for name in firm.domains
    ]
