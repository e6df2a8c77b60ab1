"""The ledger against its model; and the same machine finds each guard that is taken away."""

import asyncio
from collections import Counter

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while
from tests.storage.ledger_machine import LedgerMachine

CALM = settings(
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=[
        Phase.generate
    ],  # shrinking against a database takes minutes; steps are printed either way
)


def machine_on(database: Database) -> type[LedgerMachine]:
    return type(
        "LedgerMachineHere",
        (LedgerMachine,),
        {
            "worker_dsn": database.dsn("sge_worker"),
            "owner_dsn": database.dsn(),
            "outcomes": Counter(),
        },
    )


def explore(database: Database, examples: int, *, derandomize: bool = False) -> Counter[str]:
    machine = machine_on(database)
    how = settings(CALM, max_examples=examples, stateful_step_count=15, derandomize=derandomize)
    run_state_machine_as_test(machine, settings=how)  # type: ignore[no-untyped-call]
    outcomes = machine.outcomes
    total = sum(outcomes.values())
    # A machine that only refuses, or never does, proves nothing.
    assert outcomes["posted"] > total * 0.2
    assert total - outcomes["posted"] > total * 0.2
    return outcomes


def test_the_ledger_does_what_its_model_does(module_database: Database) -> None:
    # The same dozen each time: of so few, one in 25 sets had hardly anything posted.
    explore(module_database, 12, derandomize=True)


@pytest.mark.long
def test_the_ledger_does_what_its_model_does_for_long(module_database: Database) -> None:
    outcomes = explore(module_database, 600)
    assert {"posted", "SG010", "SG011", "SG013", "23505", "23514", "23503"} <= set(outcomes)


_SOURCE = "pg_get_functiondef('sge_post_inner'::regproc)"
MUTANTS = {
    "balances are not kept": "ALTER TABLE transfer DISABLE TRIGGER transfer_apply",
    "limits are not checked": "ALTER TABLE account DROP CONSTRAINT account_limit",
    "references may repeat": "ALTER TABLE journal DROP CONSTRAINT journal_program_id_kind_reference_key",
    "a log may be claimed twice": "ALTER TABLE movement DROP CONSTRAINT movement_pkey;"
    "DROP INDEX movement_log_once",
    "amounts may be anything": "ALTER TABLE transfer DROP CONSTRAINT transfer_amount_check",
    "a transfer to itself": "ALTER TABLE transfer DROP CONSTRAINT transfer_check",
    "transfers can be changed": "ALTER TABLE transfer DISABLE TRIGGER transfer_append_only",
    "movements can go": "ALTER TABLE movement DISABLE TRIGGER movement_append_only",
    "balances can be written": "ALTER TABLE account DISABLE TRIGGER account_guard",
    "movements are not compared": f"""DO $x$ BEGIN EXECUTE replace({_SOURCE},
        'IF EXISTS (', 'IF false AND EXISTS ('); END $x$""",
    "foreign owners pass": f"""DO $x$ BEGIN EXECUTE replace({_SOURCE},
        'IF foreign_owner IS NOT NULL', 'IF false'); END $x$""",
    "empty journals pass": f"""DO $x$ BEGIN EXECUTE replace({_SOURCE},
        '<> cardinality(j_kind)', '< 0'); END $x$""",
    "credits are added twice": """DO $x$ BEGIN EXECUTE replace(pg_get_functiondef('sge_apply_transfers'::regproc),
        'a.credits + s.credits', 'a.credits + 2 * s.credits'); END $x$""",
}


@pytest.mark.long
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_missing_guard_is_found(mutant: str, cluster: Cluster) -> None:
    with database_for_a_while(cluster) as bent:
        asyncio.run(_bend(bent, MUTANTS[mutant]))
        machine = machine_on(bent)
        quick = settings(
            CALM,
            max_examples=150,
            stateful_step_count=15,
            derandomize=True,
        )
        with pytest.raises(AssertionError):
            run_state_machine_as_test(machine, settings=quick)  # type: ignore[no-untyped-call]


async def _bend(database: Database, statement: str) -> None:
    connection = await asyncpg.connect(database.dsn())
    before = await connection.fetchval(f"SELECT {_SOURCE}")
    await connection.execute(statement)
    changed = await connection.fetchval(f"SELECT {_SOURCE}") != before
    await connection.close()
    assert changed or "sge_post_inner" not in statement
