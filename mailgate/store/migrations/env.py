"""Alembic's entry point; `store.schema` hands it the connection, already inside the locked transaction."""

from __future__ import annotations

from alembic import context

from mailgate.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
