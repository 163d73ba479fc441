"""What technicians' mails changed, so that they can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0011"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("clocks_before", JSON, nullable=False),
        sa.Column("clocks_after", JSON, nullable=False),
        sa.Column("activity", sa.String(length=32), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("charged", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=True),
        sa.Column("lasting", JSON, nullable=False),
        sa.Column("first_mail", sa.Integer(), nullable=False),
        sa.Column("last_mail", sa.Integer(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_deed_inbox_id"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_deed_ticket"),
        sa.ForeignKeyConstraint(["undone_by"], ["inbox.id"], name="fk_deed_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_deed"),
        sa.UniqueConstraint("inbox_id", name="uq_deed_inbox_id"),
    )
    op.create_index("ix_deed_ticket_id", "deed", ["ticket", "id"])
