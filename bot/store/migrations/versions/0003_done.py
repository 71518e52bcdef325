"""what is done once"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "done",
        sa.Column("name", sqltypes.AutoString(length=100), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("done", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_done_at"), ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("done", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_done_at"))
    op.drop_table("done")
