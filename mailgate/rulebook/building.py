"""Tables that were found right, turned into the core's frozen values. Nothing can go wrong here any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.conditions import Condition
from mailgate.core.hours import Calendar
from mailgate.core.model import Activity
from mailgate.core.people import Contact, Customer, Team, Technician
from mailgate.core.policy import (
    Actions,
    Automatic,
    Bound,
    Closing,
    Desk,
    Escalation,
    Floods,
    Limits,
    Priority,
    Queue,
    Rate,
    Rule,
    Severity,
    Tariff,
)
from mailgate.core.roster import ANCHOR, Handover, Override, duty_hours
from mailgate.rulebook.bounds import AutomaticTable, FloodsTable
from mailgate.rulebook.examples import STRANGER, ExampleMail
from mailgate.rulebook.expectations import Expectation
from mailgate.rulebook.opening_hours import week
from mailgate.rulebook.people import OverrideTable, TeamTable, TechnicianTable, duty_week
from mailgate.rulebook.public_holidays import OwnDays, closings, sayings
from mailgate.rulebook.schema import (
    CalendarTable,
    ClosingTable,
    CustomerTable,
    ExampleMailTable,
    ExpectTable,
    LimitsTable,
    PriorityTable,
    QueueTable,
    RateTable,
    RuleTable,
    SeverityTable,
    TariffTable,
    ThenTable,
)


def calendar(key: str, table: CalendarTable, desk: Desk) -> Calendar:
    """`[calendar.*]`, with its holidays worked out year by year as they are asked for."""
    own = OwnDays(frozenset(table.extra_holidays), frozenset(table.except_holidays))
    closed = closings(table.holidays, own, desk.language)
    return Calendar(key, table.timezone or desk.timezone, week(table.hours), closed, sayings(table.holidays, own))


def queue(key: str, table: QueueTable) -> Queue:
    """`[queue.*]`"""
    return Queue(
        key=key,
        addresses=tuple(table.addresses),
        calendar=table.calendar,
        callback=table.callback,
        notify=table.notify,
        team=table.team,
        title=dict(table.title),
        callback_kept_by=frozenset(map(Activity, table.callback_kept_by)),
        unknown_senders=table.unknown_senders,
        quiet_hours=table.quiet_hours,
        escalate=tuple(Escalation(step.after, step.notify or 0, step.team) for step in table.escalate),
        warn_at=tuple(sorted(set(table.warn_at))),
        tariff=table.tariff,
    )


def technician(key: str, table: TechnicianTable, desk: Desk) -> Technician:
    """`[technician.*]`"""
    zone = table.timezone or desk.timezone
    return Technician(
        key=key,
        name=table.name,
        mails=tuple(table.mail),
        pagers=tuple(table.pager),
        skills=frozenset(table.skills),
        away=tuple(table.away),
        language=table.language,
        timezone=table.timezone,
        duty=None if table.duty is None else duty_hours(key, zone, duty_week(table.duty)),
    )


def team(key: str, table: TeamTable, desk: Desk) -> Team:
    """`[team.*]`; a member named twice is one member."""
    zone = table.timezone or desk.timezone
    return Team(
        key=key,
        members=tuple(dict.fromkeys(table.members)),
        order=table.order,
        leads=tuple(dict.fromkeys(table.leads)),
        handover=_handover(table, zone),
        overrides=tuple(_override(one, ZoneInfo(zone)) for one in table.overrides),
    )


def _handover(table: TeamTable, zone: str) -> Handover | None:
    if table.handover is None:
        return None
    return Handover(table.handover.at, zone, table.handover.weekday, table.since or ANCHOR)


def _override(table: OverrideTable, zone: ZoneInfo) -> Override:
    return Override(table.technician, _local(table.start, zone), _local(table.until, zone))


def customer(key: str, table: CustomerTable) -> Customer:
    """`[customer.*]`"""
    return Customer(
        key=key,
        name=table.name,
        domains=tuple(table.domains),
        contacts=tuple(Contact(one.mail, one.name, one.responsible, one.language) for one in table.contacts),
        language=table.language,
        timezone=table.timezone,
        covered=frozenset(table.covered),
        bank=table.bank,
    )


def severity(key: str, table: SeverityTable) -> Severity:
    """`[severity.*]`"""
    return Severity(key, table.engage, table.resolve, table.calendar)


def priority(key: str, table: PriorityTable) -> Priority:
    """`[priority.*]`"""
    return Priority(key, table.update_every, table.calendar, table.draft_at)


def tariff(key: str, table: TariffTable) -> Tariff:
    """`[tariff.*]`"""
    return Tariff(key, _rate(table.phone), _rate(table.site))


def _rate(table: RateTable | None) -> Rate | None:
    return None if table is None else Rate(table.unit, table.unit_without_bank, table.minimum)


def limits(table: LimitsTable) -> Limits:
    """`[limits]`; the days of a token are named by `TokenKind`."""
    days, undo = table.token_days.model_dump(), timedelta(minutes=table.undo.minutes)
    return Limits(table.enclosures, table.page, table.history, table.watchers, days, undo)


def automatic(table: AutomaticTable) -> Automatic:
    """`[automatic]`; a bound that is said is said whole: what it leaves out is unbounded."""
    said = {name: getattr(table, name) for name in table.model_fields_set}
    return Automatic(**{name: Bound(**bound.model_dump()) for name, bound in said.items() if bound})


def floods(table: FloodsTable) -> Floods:
    """`[floods]`"""
    usual = Floods()
    within = usual.within if table.within is None else timedelta(minutes=table.within.minutes)
    return Floods(table.tickets or usual.tickets, within, table.unknown or usual.unknown)


def closing(table: ClosingTable) -> Closing:
    """`[closing]`"""
    return Closing(**{name: getattr(table, name) for name in table.model_fields_set})


def rule(table: RuleTable, file: str, line: int) -> Rule:
    """`[[rule]]`; without a name it is called by its place."""
    name = table.name or f"{file}:{line}"
    return Rule(name, file, line, table.when or Condition(), _actions(table.then), table.stop)


def _actions(table: ThenTable) -> Actions:
    return Actions(
        queue=table.queue,
        priority=table.priority,
        severity=table.severity,
        kind=table.kind,
        level=table.level,
        team=table.team,
        skills=None if table.skills is None else frozenset(table.skills),
        assign=table.assign,
        notify=table.notify,
        tag=None if table.tag is None else tuple(table.tag),
        template=table.template,
        acknowledge=table.acknowledge,
        park=table.park,
        refuse=table.refuse,
        customer=table.customer,
    )


def example_mail(table: ExampleMailTable, zone: ZoneInfo) -> ExampleMail:
    """`mail` of a `[[rule.example]]`."""
    return ExampleMail(
        sender=table.sender or STRANGER,
        to=tuple(table.to),
        cc=tuple(table.cc),
        subject=table.subject,
        body=table.body,
        headers=tuple((name.lower(), value) for name, value in table.headers.items()),
        attachment=table.attachment,
        at=_local(table.at, zone) if table.at else None,
    )


def expectation(table: ExpectTable, zone: ZoneInfo) -> Expectation:
    """`expect` of a `[[rule.example]]`; `assignee` is another word for `assign`."""
    return Expectation(
        outcome=table.outcome,
        queue=table.queue,
        customer=table.customer,
        priority=table.priority,
        severity=table.severity,
        kind=table.kind,
        level=table.level,
        tag=None if table.tag is None else tuple(table.tag),
        team=table.team,
        assign=table.assign or table.assignee,
        notify=table.notify,
        pages=table.pages,
        acknowledge=table.acknowledge,
        park=table.park,
        refuse=table.refuse,
        callback=_local(table.callback, zone) if isinstance(table.callback, datetime) else table.callback,
    )


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment as written, on the clock of `zone` unless it says otherwise."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
