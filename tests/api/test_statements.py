"""No count of statements grows with the rows: each field of each type, with few rows and with many."""

from dataclasses import replace
from datetime import timedelta

import httpx

from app.domain.rate_limits import RateLimits
from app.main import create_app
from schema.transport.settings import TransportSettings
from tests.api.batched import Batches
from tests.api.caller import Stage
from tests.api.counting import CountingDatabase, counted_reads
from tests.api.filled import FilledProgram
from tests.api.left_behind import LeftBehind
from tests.api.listening import add_endpoints
from tests.api.opened import SCHEMA
from tests.api.walking import (
    NAMED_BY_MUTATIONS_ONLY,
    WAYS,
    is_resolved,
    object_types,
    query_to,
    selections,
)

FEW, MANY = 1, 5


def queries() -> dict[str, str]:
    """Every field of every type that is not a root and has a field with a resolver, named Type.field."""
    found = {}
    for kind in object_types():
        if kind.name in WAYS:
            for selection in selections(kind):
                found[f"{kind.name}.{selection.split(' ')[0]}"] = query_to(kind.name, selection)
    return found


def test_there_is_a_way_to_every_type_with_a_resolver() -> None:
    roots = {"Query", "Mutation", "Subscription"}
    resolved = {
        kind.name
        for kind in object_types()
        if any(is_resolved(field) for field in kind.fields.values())
    }
    connections = {name for name in resolved if name.endswith("Connection")}
    assert resolved - roots - connections - NAMED_BY_MUTATIONS_ONLY <= WAYS.keys()


async def test_no_field_sends_more_statements_for_more_rows(
    stage: Stage, filled: FilledProgram
) -> None:
    filled.program.client = without_prices(stage)
    counting = counted_reads(stage)
    batches = Batches(filled)
    await grow(filled, batches, FEW)
    few = await count_all(filled, counting)
    await grow(filled, batches, MANY)
    many = await count_all(filled, counting)
    # Loads that end in another order may take one statement more, once; what grows with the rows does so again.
    suspects = {name for name in few if few[name] < many[name]}
    again = await count_all(filled, counting, suspects)
    grown = {name: (few[name], many[name]) for name in suspects if few[name] < again[name]}
    assert grown == {}


def without_prices(stage: Stage) -> httpx.AsyncClient:
    """Some of these queries cost more than one may."""
    any_price = replace(RateLimits().key, cost_of_one=10**9)
    settings = TransportSettings(limits=RateLimits(key=any_price))
    transport = httpx.ASGITransport(app=create_app(stage.process, SCHEMA, settings))
    return httpx.AsyncClient(transport=transport, base_url="http://api")


async def grow(filled: FilledProgram, batches: Batches, branches: int) -> None:
    """More of everything; each batch is paid before the next."""
    before = len(filled.payments)
    await filled.grow(branches)
    for paid in filled.payments[before:]:
        batch = await batches.propose([paid])
        await batches.sign(batch)
        await batches.execute(batch)
    await filled.reverse()
    await add_endpoints(filled, branches)
    await filled.doubt(branches)
    await LeftBehind(filled, len(filled.payments)).sent(branches, timedelta(hours=1))


async def count_all(
    filled: FilledProgram, counting: CountingDatabase, names: set[str] | None = None
) -> dict[str, int]:
    """How many statements each of these queries takes; what they were is in `counting` after a failure."""
    counted = {}
    for name, query in queries().items():
        if names is not None and name not in names:
            continue
        counting.statements.clear()
        await filled.program.ask(query, slug=filled.program.slug)
        counted[name] = len(counting.statements)
    return counted
