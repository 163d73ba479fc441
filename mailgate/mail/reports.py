"""Reports of mail systems about mail that was sent: lost (RFC 3464), opened (RFC 8098), called spam (RFC 5965).

    mailer     = read_mailer(...)        mailers.py       whether a program wrote this
    recipients = read_statuses(...)      statuses.py      the standard form
              or read_notice(...)        bounces.py       prose; sayings.py is its table
    message_id = returned_id(...)        returned.py

A multipart/report is a report because it says so: no mail program of a person makes one. Everything else is only
believed of a mailer, because people forward reports, with their parts, and write about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile

from mailgate.core.reports import LOST, Fated, Report, ReportKind
from mailgate.mail import html, limits
from mailgate.mail.bounces import Notice, read_notice
from mailgate.mail.fates import each_once
from mailgate.mail.fields import Block, decode_value
from mailgate.mail.mailers import Mailer, read_mailer
from mailgate.mail.parts import Part, leaves, read_parts
from mailgate.mail.returned import HEADERS, WHOLE, answered_id, returned_id
from mailgate.mail.statuses import groups, named_address, read_statuses, safe_address
from mailgate.mail.text import clean_text

_STATUSES = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RECEIPTS = frozenset(("message/disposition-notification", "message/global-disposition-notification"))
_KINDS = {
    **dict.fromkeys(_STATUSES, ReportKind.DELIVERY),
    **dict.fromkeys(_RECEIPTS, ReportKind.RECEIPT),
    "message/feedback-report": ReportKind.COMPLAINT,
}
_FOR_PROGRAMS = frozenset(_KINDS)
_TAG = re.compile(r"<(?:[a-z]{1,10}[\s/>]|!)", re.IGNORECASE)


def read_report(mail: Part) -> Report | None:
    """The report that a mail is, or None when it is none."""
    mailer = read_mailer(mail.block)
    if mail.content_type == "multipart/report":
        certain = Mailer(named=True, domain=mailer.domain if mailer else "")
        return _read(mail, certain)
    if mailer is None:
        return None
    return _read(mail, mailer) or _read_enclosed(mail, mailer)


def _read(mail: Part, mailer: Mailer) -> Report | None:
    parts = tuple(leaves(mail))
    texts = tuple(islice(_texts(parts), limits.REPORT_TEXTS))
    fields = tuple(_fields(parts, _FOR_PROGRAMS))
    kind, returned = _kind(mail, parts), returned_id(parts, (*fields, *texts))
    if kind is not ReportKind.DELIVERY and not _is_refusal(mail):
        return Report(kind, message_id=returned or answered_id(mail))
    found = each_once(fated for text in _fields(parts, _STATUSES) for fated in read_statuses(text))
    statuses = tuple(one for one in found if one.address)
    unnamed = next((one for one in found if not one.address), None)
    if statuses and all(fated.reason for fated in statuses):
        return Report(ReportKind.DELIVERY, statuses, returned or answered_id(mail), unnamed)
    notice = read_notice("\n\n".join(texts).split("\n"), mailer, tuple(_known(mail.block, parts)))
    recipients = tuple(_explained(statuses, notice)) or notice.recipients
    told = recipients or unnamed or (notice.failed and (returned or mailer.named))
    if told or mail.content_type == "multipart/report":
        return Report(ReportKind.DELIVERY, recipients, returned or answered_id(mail), unnamed or notice.unnamed)
    return None


def _explained(statuses: tuple[Fated, ...], notice: Notice) -> Iterator[Fated]:
    """The recipients, with what the prose says of them where the fields give no reason."""
    told = {fated.address: fated for fated in notice.recipients}
    for fated in statuses:
        more = told.get(fated.address, fated)
        fate = more.fate if {fated.fate, more.fate} <= LOST and not fated.reason else fated.fate
        yield replace(fated, fate=fate, reason=fated.reason or more.reason)


def _read_enclosed(mail: Part, mailer: Mailer) -> Report | None:
    """A report that some filter on the way put into another mail."""
    for part in leaves(mail):
        if part.content_type in WHOLE:
            enclosed, _ = read_parts(part.octets())
            return _read(enclosed, mailer) if enclosed.content_type == "multipart/report" else None
    return None


def _kind(mail: Part, parts: tuple[Part, ...]) -> ReportKind:
    """What the mail says that it reports, else what its first part for programs is about."""
    named = f"message/{mail.kind.get('report-type').lower()}"
    kinds = (_KINDS[name] for name in (named, *(part.content_type for part in parts)) if name in _KINDS)
    return next(kinds, ReportKind.DELIVERY)


def _is_refusal(mail: Part) -> bool:
    """A mailbox that refuses mail says so by a notification that it deleted it (RFC 5429 §2.2)."""
    return "reject" in decode_value(mail.block.first("auto-submitted")).lower()


def _texts(parts: tuple[Part, ...]) -> Iterator[str]:
    """The words of a report: its readable parts down to the returned mail."""
    for part in takewhile(lambda part: part.content_type not in WHOLE | HEADERS, parts):
        if part.content_type in ("text/plain", "text/html"):
            text = clean_text(_begin(part))
            yield html.read(text).whole if part.content_type == "text/html" and _TAG.search(text) else text


def _fields(parts: tuple[Part, ...], types: frozenset[str]) -> Iterator[str]:
    found = (part for part in parts if part.content_type in types)
    return map(_begin, islice(found, limits.REPORT_TEXTS))


def _begin(part: Part) -> str:
    return part.text()[: limits.REPORT_CHARS]


def _known(block: Block, parts: tuple[Part, ...]) -> Iterator[str]:
    """The addresses that failed by a field of their own: Exim's, or that of a mailbox that refuses."""
    for value in block.all("x-failed-recipients"):
        yield from filter(None, map(safe_address, decode_value(value).split(",")[: limits.REPORT_RECIPIENTS]))
    for text in _fields(parts, _RECEIPTS):
        for group in islice(groups(text), 1):
            address = named_address(group.get("original-recipient")) or named_address(group.get("final-recipient"))
            yield from filter(None, (address,))
