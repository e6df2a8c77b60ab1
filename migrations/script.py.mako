"""${message}

Expand first, contract one release later. Statements that lock a busy table go in a migration of their own.
"""

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "raise SystemExit('write the migration')"}


def downgrade() -> None:
    ${downgrades if downgrades else "raise SystemExit('write the way back')"}
