"""Each query is answered by the replica as by the primary: its role may read all of it, and nothing writes."""

import json
import re
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from app.store.database import Database as Pool
from tests.api.caller import Caller, Stage
from tests.api.filled import FilledProgram
from tests.api.operations import CALLS
from tests.api.outsiders import comparable
from tests.api.scene import Scene
from tests.api.test_permissions import scene
from tests.api.walking import WAYS, object_types, query_to, selections
from tests.replica.conftest import Pair
from tests.replica.test_reading import answered, until_replica_has

__all__ = ["scene"]

# Answers that are different each time: latencies, nonces.
OF_THE_MOMENT = {"systemStatus", "affiliateWalletChange", "paymentAuthorization"}
_TIMES = 3
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")


@pytest.fixture
async def filled(stage: Stage, pair: Pair) -> AsyncIterator[FilledProgram]:
    owner = await asyncpg.connect(pair.primary.dsn())
    worker = await Pool.connect(pair.primary.dsn("sge_worker"), maximum=1)
    program = FilledProgram(await stage.program(), owner, worker, stage.process.now())
    await program.begin()
    yield program
    await worker.close()
    await owner.close()


@pytest.mark.long
async def test_each_query_and_each_field_on_both(pair: Pair, scene: Scene) -> None:
    await scene.program.ask("{ viewer { kind } }")
    position = str(await scene.stage.process.note_write(None))
    await pair.catch_up()
    await until_replica_has(scene.program, position)
    asked = 0
    for caller, document in documents(scene):
        asked += 1
        await compare(caller, document, scene, position)
    assert asked > len(WAYS)


def documents(scene: Scene) -> Iterator[tuple[Caller, str]]:
    """Whom to ask what: every root field, and every resolved field of every type."""
    for operation in CALLS:
        if operation.startswith("Query."):
            yield scene.program_of(operation), scene.document(operation)
    for kind in object_types():
        if kind.name in WAYS:
            for selection in selections(kind):
                yield scene.program, query_to(kind.name, selection)


async def compare(caller: Caller, document: str, scene: Scene, position: str) -> None:
    answers = []
    for more in ({}, {"sge-position": position}):
        for patience in range(_TIMES, 0, -1):
            before = answered()
            response = await caller.client.post(
                "/graphql",
                json={"query": document, "variables": {"slug": scene.program.slug}},
                headers={"authorization": f"Bearer {caller.token}"} | more,
            )
            if not more or "errors" in response.json() or answered()[1] == before[1]:
                break
            # A replica that stood still for a moment was passed over, which is right: it is asked when it is back.
            assert patience > 1, (document, "the primary was asked")
            await until_replica_has(scene.program, position)
        shown = json.dumps(comparable(response.json(), scene.names))
        answers.append(_INSTANT.sub("<instant>", shown))
    if not any(field in document for field in OF_THE_MOMENT):
        assert answers[0] == answers[1], document
