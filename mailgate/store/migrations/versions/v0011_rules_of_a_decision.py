"""By which rules something was decided; of what was decided before, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    """One column."""
    op.add_column("journal", sa.Column("rules", sa.Text(), nullable=False, server_default=""))
