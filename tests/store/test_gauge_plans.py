"""What a monitor asks every few seconds costs the same after ten years: the database's own plans say so."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from mailgate.store.database import Database
from mailgate.store.query.gauges import gauges
from tests.builders import NOW
from tests.store.plans import plan_of, watched

OF_WHAT_IS_OPEN = {
    *("ix_inbox_state_id", "ix_outbox_open", "ix_outbox_state_id", "ix_ticket_carried", "ix_ticket_status_number"),
    *("ix_page_ticket_technician", "ix_timer_due_at", "ix_clock_running"),
}


def test_no_count_reads_what_is_finished(database: Database, tmp_path: Path) -> None:
    """By the database's own plans: whole tables are never read, only indexes of what is open."""
    with watched(database) as statements, database.write() as tx:
        gauges(tx, NOW)
    connection = sqlite3.connect(tmp_path / "var" / "mailgate.db")
    plans = {one[0]: plan_of(connection, one) for one in statements if one[0].startswith("SELECT")}
    connection.close()
    assert len(plans) >= 6
    assert [line for plan in plans.values() for line in plan if line.startswith("SCAN") and "INDEX" not in line] == []
    indexes = {found[1] for plan in plans.values() for line in plan if (found := re.search(r"INDEX (\w+)", line))}
    assert indexes <= OF_WHAT_IS_OPEN
