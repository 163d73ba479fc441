"""From which ticket on the numbers go on behind a restore."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """One column."""
    op.add_column("restore_point", sa.Column("next_ticket", sa.Integer(), nullable=True))
