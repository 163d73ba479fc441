"""Technicians' mails that wait for one more word before they are carried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "held_mail",
        sa.Column("inbox_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("let_go_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_held_mail_inbox_id"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_held_mail_ticket"),
        sa.PrimaryKeyConstraint("inbox_id", name="pk_held_mail"),
    )
    op.create_index("ix_held_mail_technician_inbox_id", "held_mail", ["technician", "inbox_id"])
