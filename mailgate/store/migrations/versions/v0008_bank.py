"""What customers have paid in advance, and which interventions it paid for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0009"


def upgrade() -> None:
    """One new table, and one column: no intervention of before was paid from a bank."""
    op.add_column("intervention", sa.Column("bank", sa.Text(), nullable=True))
    op.create_table(
        "bank_entry",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("intervention", sa.Integer(), nullable=True),
        sa.Column("technician", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_bank_entry_inbox_id"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_bank_entry_ticket"),
        sa.ForeignKeyConstraint(["intervention"], ["intervention.id"], name="fk_bank_entry_intervention"),
        sa.PrimaryKeyConstraint("customer", "number", name="pk_bank_entry"),
        sa.UniqueConstraint("customer", "reference", name="uq_bank_entry_customer_reference"),
        sa.UniqueConstraint("inbox_id", "what", name="uq_bank_entry_inbox_id_what"),
        sa.UniqueConstraint("intervention", name="uq_bank_entry_intervention"),
    )
