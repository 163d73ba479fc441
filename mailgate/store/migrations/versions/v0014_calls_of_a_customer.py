"""The requests for which people were called lately, customer by customer."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """One index."""
    op.create_index("ix_flood_customer_alone_at", "flood", ["customer", "alone", "at"])
