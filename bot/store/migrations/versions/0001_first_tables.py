"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "claim",
        sa.Column("message", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("person", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("state", sqltypes.AutoString(length=10), nullable=False),
        sa.Column("leased_until", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("received_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("utterance", sa.JSON(), nullable=True),
        sa.Column("address", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("message"),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_state"), ["state"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("id", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("person", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("message", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("said", sqltypes.AutoString(length=20), nullable=True),
        sa.Column("last", sa.JSON(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=True),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_person"), ["person"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("turn", sqltypes.AutoString(length=32), nullable=False),
        sa.Column("person", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("value", sqltypes.AutoString(length=10), nullable=False),
        sa.Column("reason", sqltypes.AutoString(length=500), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("turn", "person"),
    )
    op.create_table(
        "person",
        sa.Column("id", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("nation", sqltypes.AutoString(length=20), nullable=True),
        sa.Column("role", sqltypes.AutoString(length=20), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("greeted", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "turn",
        sa.Column("message", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("id", sqltypes.AutoString(length=32), nullable=False),
        sa.Column("person", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("conversation", sqltypes.AutoString(length=64), nullable=False),
        sa.Column("channel", sqltypes.AutoString(length=20), nullable=False),
        sa.Column("at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("outcome", sqltypes.AutoString(length=20), nullable=False),
        sa.Column("text", sqltypes.AutoString(), nullable=True),
        sa.Column("nation", sqltypes.AutoString(length=20), nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("margin", sa.Float(), nullable=False),
        sa.Column("micros", sa.Integer(), nullable=False),
        sa.Column("revision", sqltypes.AutoString(length=32), nullable=False),
        sa.PrimaryKeyConstraint("message"),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_conversation"), ["conversation"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_id"), ["id"], unique=True)
        batch_op.create_index(batch_op.f("ix_turn_outcome"), ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_person"), ["person"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turn_person"))
        batch_op.drop_index(batch_op.f("ix_turn_outcome"))
        batch_op.drop_index(batch_op.f("ix_turn_id"))
        batch_op.drop_index(batch_op.f("ix_turn_conversation"))
        batch_op.drop_index(batch_op.f("ix_turn_at"))

    op.drop_table("turn")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_seen_at"))

    op.drop_table("person")
    op.drop_table("feedback")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_person"))
        batch_op.drop_index(batch_op.f("ix_conversation_at"))

    op.drop_table("conversation")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_state"))
        batch_op.drop_index(batch_op.f("ix_claim_received_at"))
        batch_op.drop_index(batch_op.f("ix_claim_person"))

    op.drop_table("claim")
