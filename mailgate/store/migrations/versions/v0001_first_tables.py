"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
CARRIED = sa.text("status IN ('new', 'open', 'waiting-customer', 'waiting-third', 'waiting-validation')")
OPEN = sa.text("settled_at IS NULL")
FIRST_TICKET = 1001


def upgrade() -> None:
    """Every table; one that points to another comes after it."""
    for create in (
        _counter, _imap_cursor, _journal, _ticket, _turn, _inbox, _intervention, _outbox, _participant, _timer,
        _inbox_raw, _message, _outbox_message, _page, _attachment,
    ):  # fmt: skip
        create()
    op.execute(sa.text("INSERT INTO counter (name, next) VALUES ('ticket', :next)").bindparams(next=FIRST_TICKET))


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )


def _imap_cursor() -> None:
    op.create_table(
        "imap_cursor",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name="pk_imap_cursor"),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("ticket", sa.Integer()),
        sa.Column("inbox_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("ix_journal_ticket_id", "journal", ["ticket", "id"])


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("requester_mail", sa.Text(), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text()),
        sa.Column("priority", sa.Text()),
        sa.Column("customer", sa.Text()),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("assignee", sa.Text()),
        sa.Column("update_due_at", sa.DateTime(timezone=True)),
        sa.Column("waiting_since", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("notify", sa.Integer(), nullable=True),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("callback_calendar", sa.Text()),
        sa.Column("callback_starts_at", sa.DateTime(timezone=True)),
        sa.Column("callback_due_at", sa.DateTime(timezone=True)),
        sa.Column("callback_paused_minutes", sa.Integer(), nullable=False),
        sa.Column("callback_kept_at", sa.DateTime(timezone=True)),
        sa.Column("callback_kept_by", sa.Text()),
        sa.Column("callback_kept_how", sa.String(32)),
        sa.Column("callback_in_time", sa.Boolean()),
        sa.PrimaryKeyConstraint("number", name="pk_ticket"),
    )
    op.create_index("ix_ticket_assignee_number", "ticket", ["assignee", "number"])
    op.create_index("ix_ticket_carried", "ticket", ["assignee"], sqlite_where=CARRIED, postgresql_where=CARRIED)
    op.create_index("ix_ticket_customer_number", "ticket", ["customer", "number"])
    op.create_index("ix_ticket_queue_number", "ticket", ["queue", "number"])
    op.create_index("ix_ticket_status_number", "ticket", ["status", "number"])


def _turn() -> None:
    op.create_table(
        "turn",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", name="pk_turn"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("door", sa.String(32), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("payload", JSON),
        sa.Column("digest", sa.Text()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("outcome", sa.String(32)),
        sa.Column("ticket", sa.Integer()),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("mailbox", sa.Text()),
        sa.Column("uidvalidity", sa.BigInteger()),
        sa.Column("uid", sa.BigInteger()),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_inbox_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name="uq_inbox_mailbox_uidvalidity_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_digest", "inbox", ["digest"])
    op.create_index("ix_inbox_envelope_from_id", "inbox", ["envelope_from", "id"])
    op.create_index("ix_inbox_state_id", "inbox", ["state", "id"])


def _intervention() -> None:
    op.create_table(
        "intervention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.Column("activity", sa.String(32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("charged", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_intervention_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_intervention"),
    )
    op.create_index("ix_intervention_ticket_id", "intervention", ["ticket", "id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer()),
        sa.Column("technician", sa.Text()),
        sa.Column("channel", sa.String(32)),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_by", sa.Text()),
        sa.Column("last_error", sa.Text()),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_outbox_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_open", "outbox", ["lane", "next_attempt_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_outbox_state_id", "outbox", ["state", "id"])
    op.create_index("ix_outbox_ticket_id", "outbox", ["ticket", "id"])


def _participant() -> None:
    op.create_table(
        "participant",
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_participant_ticket"),
        sa.PrimaryKeyConstraint("ticket", "address", name="pk_participant"),
    )


def _timer() -> None:
    op.create_table(
        "timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_timer_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
        sa.UniqueConstraint("ticket", "kind", name="uq_timer_ticket_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"])


def _inbox_raw() -> None:
    op.create_table(
        "inbox_raw",
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_inbox_raw_inbox_id"),
        sa.PrimaryKeyConstraint("inbox_id", name="pk_inbox_raw"),
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("inbox_id", sa.Integer()),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_message_inbox_id"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_message_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_message_id", "message", ["message_id"])
    op.create_index("ix_message_ticket_id", "message", ["ticket", "id"])


def _outbox_message() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_outbox_message_outbox_id"),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox_message"),
    )


def _page() -> None:
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer()),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_page_outbox_id"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_page_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint("outbox_id", name="uq_page_outbox_id"),
    )
    op.create_index("ix_page_ticket_technician", "page", ["ticket", "technician"])


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("message", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_attachment_message"),
        sa.PrimaryKeyConstraint("message", "part", name="pk_attachment"),
    )
