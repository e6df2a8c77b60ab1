"""When it is quiet again: everything settled once, the books agree with the chain, everybody has seen everything."""

from typing import Any
from uuid import uuid4

import asyncpg

from sge.demo.api import Api
from tests.storm import testimony
from tests.storm.load import CUSTOMERS
from tests.storm.town import Town
from tests.storm.waiting import until
from tests.storm.witnesses import HOOKED, Witnesses

# Generous: a lane's lease, a delivery that a dying worker took and that is tried again a minute later, a busy machine.
QUIET_SECONDS = 240.0
_AT_ONCE = 100
_STATUSES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Intent { id status stage failure { code } } } }"
_PROGRAM = """
query ($slug: String!) { program(slug: $slug) { status pause { reason }
  discrepancies(open: true) { nodes { kind message } } } }
"""
_RUN = """
mutation ($program: ID!, $key: String!) {
  runReconciliation(programId: $program, full: true, idempotencyKey: $key) { run { id } userErrors { code message } }
}
"""
_ENDED = """
query ($id: ID!) { node(id: $id) { ... on ReconciliationRun {
  status checks { name passed expected actual } discrepancies { nodes { kind message } } } } }
"""
_RECORD = """
SELECT e.position, e.type, e.name FROM event e JOIN program p ON p.id = e.program_id
 WHERE p.slug = $1 AND e.position > $2 AND e.type <> 'AUDIT' ORDER BY e.position
"""
_PAYMENTS = """
SELECT count(*) FROM intent i JOIN program p ON p.id = i.program_id
 WHERE p.slug = $1 AND i.idempotency_key LIKE 'storm-%'
"""
_BALANCE_OF = "0x70a08231"


async def has_settled(town: Town, tenant: dict[str, Any], accepted: list[str]) -> None:
    """Every intent that was accepted is CONFIRMED, there are no others, and nothing is wrong with the program."""
    async with Api(town.urls[0], tenant["apiKey"]) as api:

        async def unsettled() -> list[dict[str, Any]]:
            rows = []
            for first in range(0, len(accepted), _AT_ONCE):
                asked = await api.query(_STATUSES, ids=accepted[first : first + _AT_ONCE])
                rows += [row for row in asked["nodes"] if row["status"] != "CONFIRMED"]
            return rows

        await until(unsettled, QUIET_SECONDS, 1.0)
        program = (await api.query(_PROGRAM, slug=tenant["slug"]))["program"]
    assert program["status"] == "ACTIVE", program
    assert program["discrepancies"]["nodes"] == []
    reader = await asyncpg.connect(town.services.postgres.dsn("sge_worker"))
    assert await reader.fetchval(_PAYMENTS, tenant["slug"]) == len(accepted) - len(CUSTOMERS)
    await reader.close()


async def agrees(town: Town, tenant: dict[str, Any]) -> None:
    """A full reconciliation finds nothing."""
    async with Api(town.urls[1], tenant["apiKey"]) as api:
        asked = await api.mutate(
            "runReconciliation", _RUN, program=tenant["id"], key=f"storm-{uuid4()}"
        )
        runs: list[dict[str, Any]] = []

        async def running() -> bool:
            runs[:] = [(await api.query(_ENDED, id=asked["run"]["id"]))["node"]]
            return bool(runs[0]["status"] == "RUNNING")

        await until(running, QUIET_SECONDS)
    assert runs[0]["status"] == "CLEAN", runs


async def everything_was_seen(
    town: Town, tenant: dict[str, Any], accepted: list[str], witnesses: Witnesses
) -> None:
    """By each subscriber in the order of the record, each event once; by the receiver at least once."""
    slug = tenant["slug"]
    reader = await asyncpg.connect(town.services.postgres.dsn("sge_worker"))

    async def missing() -> list[str]:
        rows = await reader.fetch(_RECORD, slug, witnesses.since[slug])
        record = [(row["position"], row["type"], row["name"]) for row in rows]
        hooked = [row for row in record if row[1] in HOOKED]
        wrong = [
            f"receiver: {one}" for one in testimony.of_receiver(hooked, witnesses.hooked(slug))
        ]
        for front in town.fronts:
            heard = witnesses.heard[slug, front]
            found = testimony.of_subscriber(record, heard) + testimony.of_intents(accepted, heard)
            wrong += [f"subscriber at {front}: {one}" for one in found]
        return wrong

    await until(missing, QUIET_SECONDS)
    await reader.close()


def money_is_where_it_should_be(town: Town, left: dict[str, int]) -> None:
    """On chain, by a customer's own sums."""
    token, call = town.chain.deployment.token, town.services.anvil.call
    held = {
        wallet: int(
            call("eth_call", {"to": token, "data": _BALANCE_OF + wallet[2:].zfill(64)}, "latest"),
            16,
        )
        for wallet in left
    }
    assert testimony.of_wallets(left, held) == []
