"""Create programs, affiliates, ledger, intents, chain, events and who may touch them."""

from sge.migration_scripts import run_down, run_up

revision = "20261122_create_platform"
down_revision = None


def upgrade() -> None:
    run_up(revision)


def downgrade() -> None:
    run_down(revision)
