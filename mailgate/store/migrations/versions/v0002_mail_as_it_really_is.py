"""What became of a mail, whom mail does not reach, what budgets count, and timers that belong to no ticket.

SQLite cannot take a column's NOT NULL away, so it gets a new `timer` table; nothing points to the old one. The highest
id that a timer ever had goes along: Message-IDs are made from it, and a table without rows would begin again at 1.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
OF_THE_DESK = sa.text("ticket IS NULL")
REFUSED = sa.text("outcome = 'refused'")
DECIDED = sa.text("state = 'done'")
CARRIED_OUT = sa.text("outcome IN ('follow-up', 'recorded')")


def upgrade() -> None:
    """Every table that changes, then the new ones."""
    for change in (_inbox, _outbox, _journal, _timer, _answer, _held_back, _address):
        change()


def _inbox() -> None:
    op.add_column("inbox", sa.Column("level", sa.String(32)))
    op.add_column("inbox", sa.Column("dkim", JSON, nullable=False, server_default=sa.text("'[]'")))
    op.drop_index("ix_inbox_digest", "inbox")
    for name, columns, which in (
        ("ix_inbox_decided", ["digest", "envelope_from", "id"], DECIDED),
        ("ix_inbox_carried_out", ["digest", "id"], CARRIED_OUT),
    ):
        op.create_index(name, "inbox", columns, sqlite_where=which, postgresql_where=which)


def _outbox() -> None:
    op.add_column("outbox", sa.Column("fate", sa.String(32)))
    op.add_column("outbox", sa.Column("fate_reason", sa.Text()))
    op.add_column("outbox", sa.Column("fate_at", sa.DateTime(timezone=True)))
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])


def _journal() -> None:
    op.create_index("ix_journal_refused", "journal", ["ticket", "at"], sqlite_where=REFUSED, postgresql_where=REFUSED)


def _timer() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _new_timer()
    else:
        op.alter_column("timer", "ticket", nullable=True)
    op.create_index(
        "ix_timer_desk", "timer", ["kind"], unique=True, sqlite_where=OF_THE_DESK, postgresql_where=OF_THE_DESK
    )


def _new_timer() -> None:
    op.create_table(
        "new_timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_timer_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
        sa.UniqueConstraint("ticket", "kind", name="uq_timer_ticket_kind"),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO new_timer (id, ticket, kind, due_at) SELECT id, ticket, kind, due_at FROM timer")
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'new_timer'")
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'new_timer', seq FROM sqlite_sequence WHERE name = 'timer'"
    )
    op.drop_table("timer")
    op.rename_table("new_timer", "timer")
    op.create_index("ix_timer_due_at", "timer", ["due_at"])


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
    )
    op.create_index("ix_answer_address_at", "answer", ["address", "at"])
    op.create_index("ix_answer_at", "answer", ["at"])
    op.create_index("ix_answer_domain_at", "answer", ["domain", "at"])


def _held_back() -> None:
    op.create_table(
        "held_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_held_back"),
    )
    op.create_index("ix_held_back_budget_address", "held_back", ["budget", "address"])


def _address() -> None:
    op.create_table(
        "address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("fate", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_address"),
    )
