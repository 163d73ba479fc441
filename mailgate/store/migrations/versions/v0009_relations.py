"""Which tickets belong together, which one became part of another, and who watches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    """One column with its index, and two tables."""
    op.add_column("ticket", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_index("ix_ticket_merged_into_number", "ticket", ["merged_into", "number"])
    op.create_table(
        "link",
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_link_ticket"),
        sa.ForeignKeyConstraint(["other"], ["ticket.number"], name="fk_link_other"),
        sa.PrimaryKeyConstraint("ticket", "other", name="pk_link"),
    )
    op.create_table(
        "watcher",
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_watcher_ticket"),
        sa.PrimaryKeyConstraint("ticket", "address", name="pk_watcher"),
    )
