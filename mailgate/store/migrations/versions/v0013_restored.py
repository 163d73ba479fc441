"""What a database was set back to, what is held since, and when a fetched mail came into its mailbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Three new tables, and one column: when older mails came in, nobody knows."""
    op.add_column("inbox", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "restore_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backed_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_restore_point"),
    )
    op.create_table(
        "hold",
        sa.Column("outbox_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_hold_outbox_id"),
        sa.ForeignKeyConstraint(["word"], ["inbox.id"], name="fk_hold_word"),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_hold"),
    )
    op.create_table(
        "imap_gap",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name="pk_imap_gap"),
    )
