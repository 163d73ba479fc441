"""Every promise has its own clock, and remembers the calendar it was made on and the waits it stood still in.

The call-back promise moves from the ticket's columns to a row of its own. What was not noted then stays unknown: its
length and the edition of its calendar.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
RUNNING = sa.text("ended_at IS NULL")
OPEN_WAIT = sa.text("until IS NULL")

CALLBACKS = """
INSERT INTO clock
       (ticket, promise, calendar, asked_at, starts_at, due_at, paused_minutes, ended_at, ending, ended_by, how)
SELECT number, 'callback', callback_calendar, opened_at, callback_starts_at, callback_due_at, callback_paused_minutes,
       callback_kept_at,
       CASE WHEN callback_kept_at IS NULL THEN NULL
            WHEN callback_kept_at <= callback_due_at THEN 'kept' ELSE 'late' END,
       callback_kept_by, callback_kept_how
FROM ticket
WHERE callback_calendar IS NOT NULL AND callback_starts_at IS NOT NULL AND callback_due_at IS NOT NULL
"""

WAITS = """
INSERT INTO wait (ticket, cause, since) SELECT number, status, waiting_since FROM ticket
WHERE waiting_since IS NOT NULL AND status IN ('waiting-customer', 'waiting-third', 'waiting-validation')
"""

MOVED = (
    "callback_calendar", "callback_starts_at", "callback_due_at", "callback_paused_minutes", "callback_kept_at",
    "callback_kept_by", "callback_kept_how", "callback_in_time", "update_due_at",
)  # fmt: skip


def upgrade() -> None:
    """The new tables, what the tickets knew, and then the columns that knew it."""
    _edition()
    _clock()
    _wait()
    op.execute(CALLBACKS)
    op.execute(WAITS)
    for name in MOVED:
        op.drop_column("ticket", name)


def _edition() -> None:
    op.create_table(
        "edition",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("week", JSON, nullable=False),
        sa.Column("closed", JSON, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_edition"),
    )


def _clock() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("promise", sa.String(32), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text()),
        sa.Column("delay", sa.Text()),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_minutes", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ending", sa.String(32)),
        sa.Column("ended_by", sa.Text()),
        sa.Column("how", sa.String(32)),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_clock_ticket"),
        sa.ForeignKeyConstraint(["edition"], ["edition.digest"], name="fk_clock_edition"),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
        sa.UniqueConstraint("ticket", "promise", "asked_at", name="uq_clock_ticket_promise_asked_at"),
    )
    op.create_index("ix_clock_running", "clock", ["due_at", "promise"], sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_index("ix_clock_due_at", "clock", ["due_at"])


def _wait() -> None:
    op.create_table(
        "wait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_wait_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_wait"),
    )
    op.create_index("ix_wait_ticket_id", "wait", ["ticket", "id"])
    op.create_index("ix_wait_open", "wait", ["ticket"], unique=True, sqlite_where=OPEN_WAIT, postgresql_where=OPEN_WAIT)
