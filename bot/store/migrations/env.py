"""Alembic's entry: runs the migrations over the connection that `engine.py` hands in."""

from alembic import context
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401  # registers the tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
