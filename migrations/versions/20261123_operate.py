"""Add what operators need: reconciliation runs, alerts, recovery. Only adds: the code before it runs on it unchanged."""

from sge.migration_scripts import run_down, run_up

revision = "20261123_operate"
down_revision = "20261122_create_platform"


def upgrade() -> None:
    run_up(revision)


def downgrade() -> None:
    run_down(revision)
