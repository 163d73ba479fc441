"""`mailgate explain`: the whole pipeline on a real mail; nothing is written, sent or remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli import explanation
from mailgate.cli.deadlines import origin
from mailgate.cli.explanation import Deadline, Explanation, MailShown, PageShown
from mailgate.cli.failures import DONE
from mailgate.cli.options import HERE, AsJson, SiteConfig, moment
from mailgate.cli.output import print_json
from mailgate.core.custody import Delivery
from mailgate.core.effects import SendMail
from mailgate.core.model import Door, Mail, Outcome
from mailgate.core.page_effects import Page
from mailgate.core.reckoning import reckoned
from mailgate.core.targets import shown
from mailgate.core.ticket import Promise
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.mail.keyring import Keyring
    from mailgate.rehearsal import Rehearsal
    from mailgate.site import Site
    from mailgate.store.database import Database

WHERE_IT_WENT = ("delivered-to", "x-original-to", "envelope-to")
"""Headers in which a mail server notes the envelope's recipient."""

DKIM_LATER = "DKIM signatures are verified by the doors when a mail arrives; explain asks no name server"


def explain(
    mail: Annotated[Path, typer.Argument(metavar="MAIL.eml", help="A mail as a file, with all its headers.")],
    sender: Annotated[str | None, typer.Option("--from", metavar="A", help="The envelope sender.")] = None,
    to: Annotated[list[str] | None, typer.Option("--to", metavar="A", help="A recipient; may be repeated.")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="As if it came then, in ISO 8601.")] = None,
    as_new: Annotated[bool, typer.Option("--as-new", help="As if the same mail had not come before.")] = False,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Show what a mail would do and why: rules, deadlines, mails and pages. Touches nothing."""
    from mailgate import site
    from mailgate.cli import desk

    loaded = site.load(config)
    zone = ZoneInfo(loaded.config.desk.timezone)
    now = clock.now() if at is None else moment(at, zone)
    delivery = _delivery(mail.read_bytes(), sender, to, loaded)
    with desk.at(config) as here:
        answer = _answer(loaded, here.database, delivery, as_new, now)
    if as_json:
        print_json(explanation.as_json(answer))
    else:
        print(explanation.as_text(answer, zone))
    return DONE


def _delivery(raw: bytes, sender: str | None, to: list[str] | None, loaded: Site) -> Delivery:
    """The mail as a door would hand it over, from the trusted relay where there is one; an envelope that is not given
    is read from the headers."""
    from mailgate.core.identity import is_ours
    from mailgate.edge.imap_route import envelope_from
    from mailgate.mail import parse

    mail = parse.read(raw)
    reverse_path = envelope_from(mail) if sender is None else sender.strip("<>")
    named = _recipients(mail) if to is None else tuple(to)
    ours = tuple(one for one in named if is_ours(one, loaded.policy))
    trusted = loaded.config.smtp is not None and loaded.config.smtp.authserv_id is not None
    return Delivery(Door.CLI, reverse_path, ours, raw, trusted=trusted)


def _recipients(mail: Mail) -> tuple[str, ...]:
    noted = (value.strip().strip("<>") for name in WHERE_IT_WENT for value in mail.header(name))
    return tuple(dict.fromkeys((*noted, *(address.mail for address in (*mail.to, *mail.cc)))))


def _answer(loaded: Site, database: Database | None, delivery: Delivery, as_new: bool, now: datetime) -> Explanation:
    from mailgate import rehearsal

    if not delivery.recipients:
        return _turned_away()
    rehearsed = rehearsal.rehearse(loaded.desk(_ring(loaded, database)), database, delivery, as_new, now)
    answer = _explanation(rehearsed, ZoneInfo(loaded.config.desk.timezone), now)
    return replace(answer, notes=(DKIM_LATER,)) if loaded.config.dkim.verify else answer


def _ring(loaded: Site, database: Database | None) -> Keyring:
    """The keys that `serve` signs with, or would."""
    from mailgate import site
    from mailgate.store import beginning

    ring = site.ring_of(loaded.config) or site.stand_in_ring()
    if database is None:
        return ring
    with database.read() as tx:
        return ring.salted(beginning.salt_of(tx))


def _turned_away() -> Explanation:
    because = "no recipient is an address of this desk: its doors answer 550 (say --to when the headers don't name it)"
    return Explanation(Outcome.REFUSED, because, None, None, None, (), (), (), {}, (), ())


def _explanation(rehearsal: Rehearsal, zone: ZoneInfo, now: datetime) -> Explanation:
    decision, findings = rehearsal.decision, rehearsal.decision.findings
    drafts = rehearsal.drafts
    return Explanation(
        outcome=decision.outcome,
        because=decision.because,
        identity=findings.identity,
        level=findings.level,
        kind=findings.kind,
        facts=tuple(findings.facts.items()),
        rules=findings.rules,
        effects=decision.effects,
        deadlines=_deadlines(rehearsal, zone, now),
        mails=tuple(
            MailShown(effect.letter.to.address, draft.subject, draft.text)
            for effect, draft in drafts
            if isinstance(effect, SendMail)
        ),
        pages=tuple(
            PageShown(shown(effect.target), effect.technician, effect.channel, draft.text)
            for effect, draft in drafts
            if isinstance(effect, Page)
        ),
    )


def _deadlines(rehearsal: Rehearsal, zone: ZoneInfo, now: datetime) -> Mapping[Promise, Deadline]:
    """Every deadline that the mail starts or moves, and how it came about."""
    found = reckoned(rehearsal.decision.effects, rehearsal.seen, now)
    return {one.clock.promise: Deadline(one.clock.due_at, origin(one, zone)) for one in found}
