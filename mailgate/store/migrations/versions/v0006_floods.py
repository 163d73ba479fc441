"""Which requests asked for people, and whose pages tell of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "flood",
        sa.Column("ticket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("front", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_flood_ticket"),
        sa.ForeignKeyConstraint(["front"], ["ticket.number"], name="fk_flood_front"),
        sa.PrimaryKeyConstraint("ticket", name="pk_flood"),
    )
    op.create_index("ix_flood_alone_at", "flood", ["alone", "at"])
    op.create_index("ix_flood_front_ticket", "flood", ["front", "ticket"])
    op.create_index("ix_flood_customer_queue_front_ticket", "flood", ["customer", "queue", "front", "ticket"])
