"""How each invariant is broken by hand: its name, and what is done to the sound database."""

from __future__ import annotations

from mailgate.core.bank_effects import EntryKind
from mailgate.store.bank import seal
from mailgate.store.tables import BankEntryRow
from tests.builders import NOW

ACKNOWLEDGEMENT = "(SELECT min(id) FROM outbox WHERE template = 'acknowledgement')"
TOLD = "(SELECT min(id) FROM outbox WHERE template = 'technician' AND lane = 'bulk')"
SILENT_MAIL = "(SELECT id FROM inbox WHERE ticket = 1004 AND outcome = 'ticket')"
A_FOLLOW_UP = "(SELECT min(id) FROM inbox WHERE outcome = 'follow-up')"
A_CUSTOMERS_ANSWER = (
    "(SELECT id FROM inbox WHERE outcome = 'follow-up' AND envelope_from = 'chef@acme.example' LIMIT 1)"
)
A_DEED = "(SELECT min(inbox_id) FROM deed)"
A_MAIL = "(SELECT min(id) FROM inbox WHERE kind = 'mail')"
ANSWERED = "(SELECT min(id) FROM page WHERE state = 'acknowledged')"
SILENT = "(SELECT min(id) FROM page WHERE state = 'exhausted')"
WORK = "(SELECT min(id) FROM intervention)"
CLOCK = "(SELECT id FROM clock WHERE promise = 'callback' AND ended_at IS NOT NULL LIMIT 1)"
RUNNING = "(SELECT id FROM clock WHERE promise = 'callback' AND ended_at IS NULL AND ticket = 1003)"


TEN = "'2026-11-16 15:00:00.000000'"
"""Ten o'clock in Toronto."""

BACKWARDS = BankEntryRow(
    customer="bolt", number=1, at=NOW, what=EntryKind.PURCHASE, minutes=-60, inbox_id=1, seal=""
)  # fmt: skip
"""Bought hours that take hours away, well sealed."""


def an_event(state_and_outcome: str) -> str:
    """Something that was asked, of which nothing was decided."""
    return (
        "INSERT INTO inbox (kind, door, peer, trusted, envelope_from, recipients, payload, size, received_at, state, "
        f"outcome) VALUES ('retry-asked', 'cli', '', 0, '', '[]', '{{}}', 0, {TEN}, {state_and_outcome})"
    )


def decided(kind: str, outcome: str, ticket: str) -> str:
    """Something that was asked, decided and journaled."""
    return (
        "INSERT INTO inbox (kind, door, peer, trusted, envelope_from, recipients, payload, size, received_at, state, "
        f"outcome, ticket, done_at) VALUES ('{kind}', 'cli', '', 0, '', '[]', '{{}}', 0, {TEN}, 'done', "
        f"'{outcome}', {ticket}, {TEN}); INSERT INTO journal (at, event, because, outcome, ticket, inbox_id, rules) "
        f"SELECT {TEN}, '{kind}', 'asked', '{outcome}', {ticket}, max(id), '' FROM inbox"
    )


def rewritten(old: str, new: str, row: str = ACKNOWLEDGEMENT) -> str:
    """The octets of a mail that leaves, changed."""
    return (
        f"UPDATE outbox_message SET message = CAST(replace(CAST(message AS TEXT), {old}, {new}) AS BLOB) "
        f"WHERE outbox_id = {row}"
    )


CRLF = "char(13) || char(10)"

BREAKS = {
    # whole
    "references": "INSERT INTO timer (ticket, kind, due_at) VALUES (77, 'waiting-over', '2026-11-16 15:00:00.000000')",
    "words": "UPDATE message SET direction = 'sideways' WHERE direction = 'internal'",
    "turns": "UPDATE turn SET technician = ''",
    "absences": "UPDATE absence SET last_day = '2026-12-01'",
    "named": "UPDATE ticket SET level = 0 WHERE number = 1001",
    # relations
    "merged-somewhere": "UPDATE ticket SET merged_into = 1002 WHERE number = 1001",
    "merged-owes-nothing": "UPDATE ticket SET status = 'merged', merged_into = 1001, closed_at = opened_at "
    "WHERE number = 1003",
    "links-both-ways": f"INSERT INTO link (ticket, other, at) VALUES (1001, 1002, {TEN})",
    "watchers-hear": "INSERT INTO watcher (ticket, address, at) VALUES (1001, 'x@acme.example', "
    "'2026-11-01 15:00:00.000000')",
    # inbox
    "decided": f"UPDATE inbox SET done_at = NULL WHERE id = {A_MAIL}",
    "undecided": an_event("'pending', 'recorded'"),
    "journaled-once": f"INSERT INTO journal (at, event, because, outcome, ticket, inbox_id) SELECT at, event, because, "
    f"outcome, ticket, inbox_id FROM journal WHERE inbox_id = {A_MAIL}",
    "decided-about": decided("retry-asked", "ticket", "NULL"),
    "duplicate-of": f"UPDATE journal SET outcome = 'duplicate' WHERE inbox_id = {A_FOLLOW_UP}; "
    f"UPDATE inbox SET outcome = 'duplicate' WHERE id = {A_FOLLOW_UP}",
    "rules-known": "UPDATE journal SET rules = 'abc' WHERE id = (SELECT max(id) - 1 FROM journal)",
    "journal-agrees": f"UPDATE journal SET ticket = 1002 WHERE inbox_id = {A_MAIL}",
    "quarantine-says-why": an_event("'quarantined', NULL"),
    "in-custody": f"DELETE FROM inbox_raw WHERE inbox_id = {A_MAIL}",
    "attachments": "INSERT INTO attachment (message, part, name, content_type, size, inline) "
    "SELECT max(id), 1, 'a.txt', 'text/plain', 9, 0 FROM message WHERE inbox_id IS NULL",
    "words-kept": f"UPDATE message SET inbox_id = NULL WHERE inbox_id = {A_CUSTOMERS_ANSWER}",
    "held-asked": f"INSERT INTO held_mail (inbox_id, technician, ticket, at, asked_at) VALUES "
    f"({A_DEED}, 'tech2', 1001, {TEN}, {TEN})",
    "opens-once": "UPDATE inbox SET (digest, size, envelope_from) = "
    f"(SELECT digest, size, envelope_from FROM inbox WHERE id = {A_MAIL}) "
    f"WHERE id = {SILENT_MAIL}; UPDATE inbox_raw SET raw = (SELECT raw FROM inbox_raw WHERE inbox_id = {A_MAIL}) "
    f"WHERE inbox_id = {SILENT_MAIL}",
    "one-message": "INSERT INTO message (ticket, direction, sender, recipients, text, at, automatic, inbox_id, "
    "message_id) SELECT ticket, 'internal', sender, '[]', text, at, 1, inbox_id, '' FROM message WHERE id = 1",
    "mailbox-cursor": "UPDATE imap_cursor SET uid = 11",
    # tickets
    "no-gap": "INSERT INTO ticket (number, queue, subject, requester_mail, requester_name, opened_at, language, "
    "timezone, status, kind, level, notify, registered, tags, skills) SELECT 1099, queue, subject, requester_mail, "
    "requester_name, opened_at, language, timezone, 'open', kind, level, 0, 1, '[]', '[]' FROM ticket "
    "WHERE number = 1001; UPDATE counter SET next = 1100; INSERT INTO participant VALUES (1099, 'chef@acme.example'); "
    + decided("retry-asked", "ticket", "1099"),
    "opened-once": "UPDATE inbox SET outcome = 'recorded' WHERE outcome = 'parked'; "
    "UPDATE journal SET outcome = 'recorded' WHERE outcome = 'parked'",
    "first-words": "UPDATE message SET inbox_id = NULL WHERE id = 1",
    "numbers": "UPDATE counter SET next = 1002",
    "status": "UPDATE ticket SET closed_at = opened_at WHERE number = 1001",
    "requester": "UPDATE ticket SET requester_mail = 'nobody@acme.example' WHERE number = 1001",
    "authors": "UPDATE message SET sender = 'nobody@acme.example' WHERE id = 1",
    "said-and-promised": "UPDATE message SET message_id = '<1@example.com>' WHERE direction = 'out' AND automatic = 1 "
    "AND ticket = 1001",
    "answers-promised": "INSERT INTO message (ticket, direction, sender, recipients, text, at, automatic, message_id) "
    f"VALUES (1003, 'out', 'tech1@example.com', '[]', 'Bonjour', {TEN}, 0, '')",
    "nobody-answered": "UPDATE inbox SET envelope_from = '' WHERE ticket = 1001 AND outcome = 'ticket'",
    "journal-says-why": "UPDATE journal SET because = '' "
    "WHERE id = (SELECT min(id) FROM journal WHERE event LIKE '%-warning')",
    "minutes": f"UPDATE intervention SET minutes = 7.5 WHERE id = {WORK}; UPDATE deed SET minutes = 7.5 WHERE at = "
    f"(SELECT at FROM intervention WHERE id = {WORK})",
    "work-behind": f"UPDATE intervention SET technician = '' WHERE id = {WORK}; UPDATE deed SET technician = '' "
    f"WHERE at = (SELECT at FROM intervention WHERE id = {WORK})",
    "work-once": "INSERT INTO intervention (ticket, technician, activity, minutes, charged, public, at) SELECT ticket, "
    f"technician, activity, minutes, charged, public, at FROM intervention WHERE id = {WORK}",
    # bank
    "bank-sealed": "UPDATE bank_entry SET reference = 'INV-13' WHERE number = 1",
    "bank-minutes": "INSERT INTO bank_entry (customer, number, at, what, minutes, inbox_id, seal) "
    f"VALUES ('bolt', 1, {TEN}, 'purchase', -60, 1, '{seal(BACKWARDS, '')}')",
    "bank-charges": "UPDATE intervention SET bank = NULL WHERE bank IS NOT NULL",
    "bank-asked": "DELETE FROM bank_entry WHERE number = (SELECT max(number) FROM bank_entry)",
    # deeds
    "deed-authorised": f"UPDATE inbox SET level = 'L3' WHERE id = {A_DEED}",
    "deed-worked": "UPDATE deed SET charged = charged + 1 WHERE minutes > 0 AND undone_at IS NULL",
    "undone-behind": "UPDATE deed SET undone_by = NULL WHERE undone_at IS NOT NULL",
    "undone-minutes": "UPDATE deed SET minutes = minutes + 1 WHERE undone_at IS NOT NULL; UPDATE intervention SET "
    "minutes = minutes + 1 WHERE minutes > 0 AND at IN (SELECT at FROM deed WHERE undone_at IS NOT NULL)",
    "undone-corrected": "UPDATE deed SET last_mail = (SELECT max(id) FROM outbox) WHERE undone_at IS NOT NULL",
    # clocks
    "one-clock": "INSERT INTO clock (ticket, promise, calendar, asked_at, starts_at, due_at, paused_minutes) SELECT "
    f"ticket, promise, calendar, '2026-11-16 14:00:00.000000', starts_at, due_at, 0 FROM clock WHERE id = {RUNNING}",
    "clock-ends": f"UPDATE clock SET ending = 'late' WHERE id = {CLOCK}",
    "clock-times": f"UPDATE clock SET starts_at = '2026-11-10 14:00:00.000000' WHERE id = {RUNNING}",
    "editions": "UPDATE edition SET closed = json_insert(closed, '$[#]', json_array('2099-01-01', 'Jour de l''An'))",
    "clock-due": f"UPDATE clock SET due_at = datetime(due_at, '-1 hour') || '.000000' WHERE id = {RUNNING}",
    "clock-watched": "DELETE FROM timer WHERE kind = 'callback-warning' AND ticket = 1003",
    "waits": "UPDATE wait SET cause = 'parked' WHERE until IS NULL",
    "waits-end": "UPDATE wait SET until = '2026-11-16 13:00:00.000000' WHERE cause = 'parked'",
    "waits-apart": "UPDATE wait SET until = '2026-11-17 13:00:00.000000' WHERE cause = 'waiting-third'",
    # outbox
    "settled": "UPDATE outbox SET settled_at = NULL "
    "WHERE id = (SELECT max(id) FROM outbox WHERE state = 'sent' AND lane = 'bulk')",
    "tried": f"UPDATE outbox SET attempts = 0 WHERE id = {ACKNOWLEDGEMENT}",
    "says-why": "UPDATE outbox SET last_error = '' WHERE state = 'failed'",
    "failure-told": "UPDATE inbox SET payload = json_set(payload, '$.outbox_id', 999) WHERE kind = 'delivery-failed'",
    "scheduled": f"UPDATE outbox SET state = 'promised', settled_at = NULL, next_attempt_at = '2036-11-16 15:00:00' "
    f"WHERE id = {ACKNOWLEDGEMENT}",
    "restored": f"INSERT INTO hold (outbox_id, at) VALUES ({ACKNOWLEDGEMENT}, {TEN})",
    "held-known": "UPDATE outbox SET state = 'held', settled_at = NULL, next_attempt_at = '9999-01-01 00:00:00.000000' "
    f"WHERE id = {ACKNOWLEDGEMENT}",
    "released-by": f"INSERT INTO hold (outbox_id, at, word) VALUES ({ACKNOWLEDGEMENT}, {TEN}, {A_MAIL})",
    "in-order": f"UPDATE outbox SET state = 'promised', settled_at = NULL WHERE id = {ACKNOWLEDGEMENT}",
    "fate": f"UPDATE outbox SET fate_at = promised_at WHERE id = {ACKNOWLEDGEMENT}",
    "written": f"DELETE FROM outbox_message WHERE outbox_id = {ACKNOWLEDGEMENT}",
    "message-id-once": "UPDATE outbox SET message_id = '<1@example.com>', by_mail = 0 WHERE template = 'page'",
    "held-back-told": f"INSERT INTO held_back (at, budget, address) VALUES ({TEN}, 'total', 'a@b.example')",
    # pages
    "page-carried": f"UPDATE page SET technician = 'tech9' WHERE id = {SILENT}",
    "page-for-each": f"DELETE FROM page WHERE id = {SILENT}",
    "page-state": f"UPDATE page SET sent_at = NULL WHERE id = {SILENT}",
    "page-answered": "UPDATE page SET acknowledged_at = sent_at "
    "WHERE id = (SELECT max(id) FROM page WHERE state = 'exhausted')",
    "page-answer-behind": f"UPDATE page SET acknowledged_at = '2026-11-16 15:00:01.000000' WHERE id = {ANSWERED}",
    "people-called": "UPDATE ticket SET notify = 4 WHERE number = 1001",
    "answered": "UPDATE journal SET because = 'urgent door opens a ticket' WHERE ticket = 1005 AND outcome = 'ticket'",
    "acknowledged-once": "UPDATE outbox SET template = 'acknowledgement' WHERE ticket = 1002 AND envelope_from = ''",
    "flood-told": "UPDATE flood SET front = NULL WHERE ticket = 1003",
    "chain": "DELETE FROM timer WHERE ticket = 1003 AND kind LIKE 'escalate-%'",
    "alarm": "DELETE FROM timer WHERE ticket = 1004; DELETE FROM clock WHERE ticket = 1004; UPDATE outbox SET "
    "template = 'else' WHERE ticket = 1004 AND lane = 'bulk' AND template IN ('notice', 'technician')",
    "page-called-off": "UPDATE outbox SET state = 'promised', settled_at = NULL, next_attempt_at = "
    "'2026-11-16 20:00:00.000000' WHERE id IN (SELECT outbox_id FROM page WHERE ticket = 1001 AND technician = 'tech1' "
    "AND channel = 'pager'); UPDATE page SET state = 'promised', sent_at = NULL WHERE ticket = 1001 "
    "AND technician = 'tech1' AND channel = 'pager'",
    "no-page-after": "UPDATE page SET promised_at = '2026-11-16 19:00:00.000000' "
    "WHERE ticket = 1001 AND technician = 'tech1'",
    # letters
    "robots-unanswered": "UPDATE inbox_raw SET raw = CAST(replace(CAST(raw AS TEXT), 'Content-Type:', "
    "'Auto-Submitted: auto-replied' || char(13) || char(10) || 'Content-Type:') AS BLOB) "
    f"WHERE inbox_id = {A_MAIL}; UPDATE inbox SET size = (SELECT length(raw) FROM inbox_raw WHERE inbox_id = id), "
    f"digest = (SELECT digest(raw) FROM inbox_raw WHERE inbox_id = id) WHERE id = {A_MAIL}",
    "lists-unanswered": "UPDATE inbox_raw SET raw = CAST(replace(CAST(raw AS TEXT), 'Content-Type:', "
    "'List-Id: <all.acme.example>' || char(13) || char(10) || 'Content-Type:') AS BLOB) "
    f"WHERE inbox_id = {A_MAIL}; UPDATE inbox SET size = (SELECT length(raw) FROM inbox_raw WHERE inbox_id = id), "
    f"digest = (SELECT digest(raw) FROM inbox_raw WHERE inbox_id = id) WHERE id = {A_MAIL}",
    "readable": rewritten("'MIME-Version: 1.0'", "'X: é' || " + CRLF + " || 'MIME-Version: 1.0'"),
    "foreign-address": rewritten(
        "'X-Auto-Response-Suppress:'",
        "'X-Shown: ' || (SELECT substr(m, instr(m, '<tickets+'), 64) FROM (SELECT CAST(message AS TEXT) AS m FROM "
        "outbox_message JOIN outbox ON outbox.id = outbox_id WHERE template = 'transcript')) || "
        + CRLF + " || 'X-Auto-Response-Suppress:'",
    ),
    "digest": f"UPDATE inbox_raw SET raw = CAST(replace(CAST(raw AS TEXT), 'Panne', 'Pomme') AS BLOB) "
    f"WHERE inbox_id = {A_MAIL}",
    "line-ends": rewritten("'MIME-Version: 1.0' || " + CRLF, "'MIME-Version: 1.0' || char(10)"),
    "line-length": rewritten("'MIME-Version:'", "'X: ' || printf('%.999c', 'x') || " + CRLF + " || 'MIME-Version:'"),
    "one-author": rewritten("'MIME-Version: 1.0'", "'MIME-Version: 1.0' || " + CRLF + " || 'From: a@b.example'"),
    "message-id": f"UPDATE outbox SET message_id = '<1@example.com>' WHERE id = {ACKNOWLEDGEMENT}; UPDATE message SET "
    f"message_id = '<1@example.com>' WHERE id = 2",
    "reverse-path": "UPDATE outbox SET envelope_from = (SELECT envelope_from FROM outbox WHERE template = 'page' "
    "LIMIT 1) WHERE id = (SELECT max(id) FROM outbox WHERE template = 'page')",
    "auto-submitted": rewritten("'Auto-Submitted: auto-generated'", "'X-Other: x'", TOLD),
    "not-to-itself": f"UPDATE outbox SET target = 'Tickets+x@example.com' WHERE id = {TOLD}; "
    + rewritten("'tech1@example.com'", "'Tickets+x@example.com'", TOLD),
    "addressed": f"UPDATE outbox SET target = 'else@acme.example' WHERE id = {ACKNOWLEDGEMENT}",
    "reply-address": "UPDATE outbox SET template = 'reminder' WHERE template = 'technician' AND lane = 'bulk'",
}  # fmt: skip
"""One for every invariant."""
