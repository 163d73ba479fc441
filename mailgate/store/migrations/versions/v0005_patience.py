"""What comes in says how long it may wait. What is pending at the upgrade is older than the rest, and goes first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One column, and the index that finds the hastiest row."""
    op.add_column("inbox", sa.Column("patience", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_inbox_state_patience_id", "inbox", ["state", "patience", "id"])
