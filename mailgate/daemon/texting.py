"""Answers to pages by text message (edge.web_app.Texts): a technician's own pager, and the code that it was sent.

Anybody can write to a number, and a sender's number can be made up. So three things must agree: the gateway's secret,
the number of a technician's own pager at this gateway, and the code of a page that this very pager got (hazards A51).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

import structlog

from mailgate.config import SmsAnswers
from mailgate.core.identity import person_id
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.targets import SMS
from mailgate.daemon.answering import Answering
from mailgate.mail.codes import codes_in, is_code
from mailgate.store.query.pages import was_paged
from mailgate.toml.mistakes import SiteMistakes

log = structlog.get_logger()

LASTS = timedelta(days=14)
"""How long after its page a code is good, where the rules' `token_days` say nothing."""


@dataclass(frozen=True, slots=True)
class Texting:
    """Thread-safe. `gateways` are those of config.toml that bring answers."""

    gateways: Mapping[str, SmsAnswers]
    pages: Answering

    def fields(self, gateway: str, secret: str) -> tuple[str, str] | None:
        """What the gateway calls number and text; None when the secret is not the gateway's."""
        known = self.gateways.get(gateway)
        if known is None:
            return None
        try:
            right = compare_digest(secret.encode("utf-8", "replace"), known.secret.read().encode())
        except SiteMistakes:
            log.exception("sms.secret_unreadable", gateway=gateway)
            return None
        return (known.from_, known.text) if right else None

    def hear(self, gateway: str, number: str, text: str) -> None:
        """One row in the inbox for the first code that is good."""
        answer = next(self._answers(gateway, number, text), None)
        if answer is None:
            log.info("sms.ignored", gateway=gateway)
        else:
            self.pages.hear(*answer, "text message")

    def _answers(self, gateway: str, number: str, text: str) -> Iterator[tuple[int, Technician]]:
        desk = self.pages.desk()
        people = tuple(_at(gateway, number, desk.policy))
        for ticket, letters in codes_in(text):
            for one, target in people:
                theirs = is_code(desk.ring, letters, ticket, person_id("technician", one.key))
                if theirs and self._was_paged(ticket, one, target, desk.policy):
                    yield ticket, one

    def _was_paged(self, ticket: int, one: Technician, target: str, policy: Policy) -> bool:
        days = policy.limits.token_days.get("technician")
        since = self.pages.clock() - (LASTS if days is None else timedelta(days=days))
        with self.pages.database.read() as tx:
            return was_paged(tx, ticket, one.key, target, since)


def _at(gateway: str, number: str, policy: Policy) -> Iterator[tuple[Technician, str]]:
    """Whose pager has this number at this gateway."""
    wanted = _digits(number)
    for one in policy.technicians.values():
        for pager in one.pagers:
            scheme, _, rest = pager.target.partition(":")
            name, _, own = rest.partition("/")
            if (scheme, name) == (SMS, gateway) and wanted and _digits(own) == wanted:
                yield one, pager.target


def _digits(number: str) -> str:
    """A number as one can compare it: "+1 514 555-0101" and "0015145550101" are the same."""
    return "".join(char for char in number if char in "0123456789").lstrip("0")
