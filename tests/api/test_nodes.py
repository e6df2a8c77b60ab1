"""node and nodes: whatever has an id is found by it, by those who may see it and by nobody else."""

from typing import Any

from graphql import GraphQLInterfaceType

from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_entry_id, encode_id
from tests.api.batched import Batches
from tests.api.caller import Stage
from tests.api.counting import counted_reads
from tests.api.filled import FilledProgram
from tests.api.listening import add_endpoints
from tests.api.signed_in import later, sign_in
from tests.api.walking import GRAPHQL, NAMED_BY_MUTATIONS_ONLY, WAYS, query_to

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
GRANT = """mutation ($program: ID!, $wallet: Address!) {
  grantRole(programId: $program, wallet: $wallet, role: ADMIN) { userErrors { code } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


def node_types() -> list[str]:
    interface = GRAPHQL.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    return [kind.name for kind in GRAPHQL.get_possible_types(interface)]


def found_in(answer: Any) -> list[dict[str, str]]:
    """Every {__typename, id} of an answer, each once, in the order it comes."""
    if isinstance(answer, list):
        return [one for part in answer for one in found_in(part)]
    if not isinstance(answer, dict):
        return []
    if answer.keys() == {"__typename", "id"}:
        return [answer]
    return [one for part in answer.values() for one in found_in(part)]


async def ids_of(filled: FilledProgram, kind: str) -> list[str]:
    asked = await filled.program.ask(query_to(kind, "__typename id"), slug=filled.program.slug)
    return list(dict.fromkeys(one["id"] for one in found_in(asked) if one["__typename"] == kind))


def test_there_is_a_way_to_every_node() -> None:
    assert set(node_types()) - NAMED_BY_MUTATIONS_ONLY <= WAYS.keys()


async def test_every_node_is_found_by_its_id_and_by_its_own_program_only(
    stage: Stage, filled: FilledProgram
) -> None:
    await filled.grow(2)
    await Batches(filled).propose(filled.payments)
    await filled.reverse()
    await add_endpoints(filled, 2)
    await filled.doubt(2)
    other = await stage.program()
    for kind in set(node_types()) - NAMED_BY_MUTATIONS_ONLY:
        ids = await ids_of(filled, kind)
        assert ids, kind
        seen = (await filled.program.ask(NODES, ids=ids))["nodes"]
        assert seen == [{"__typename": kind, "id": id_} for id_ in ids]
        strangers = (await other.ask(NODES, ids=ids))["nodes"]
        if kind == "Lane":  # the platform's, and everybody's to see in systemStatus
            assert strangers == seen
        else:
            assert set(map(str, strangers)) == {"None"}, kind


async def test_what_names_nothing_is_null(stage: Stage) -> None:
    program = await stage.program()
    texts = [
        "",
        "int_",
        "nothing",
        "int_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        encode_id(IdPrefix.INTENT, new_id()).upper(),
        "ent_01jd00000000000000000000_0d",
        *(encode_id(prefix, new_id()) for prefix in IdPrefix),
        encode_entry_id(new_id(), 0, debit=True),
        encode_entry_id(new_id(), 999_999_999, debit=False),
    ]
    assert (await program.ask(NODES, ids=texts))["nodes"] == [None] * len(texts)
    for text in texts[:6]:
        assert await program.ask(NODE, id=text) == {"node": None}


async def test_at_most_a_hundred(stage: Stage) -> None:
    program = await stage.program()
    assert (await program.ask(NODES, ids=["x"] * 100))["nodes"] == [None] * 100
    answer = await program.answer(NODES, ids=["x"] * 101)
    assert answer["errors"][0]["extensions"]["argument"] == ["ids"]


async def test_many_ids_are_looked_for_together(stage: Stage) -> None:
    one, other = await stage.program(), await stage.program()
    admin = await sign_in(stage)
    for program in (one, other):
        given = {"program": program.id, "wallet": admin.wallet.address}
        assert (await program.ask(GRANT, **given))["grantRole"]["userErrors"] == []
    later(stage, 3)
    counting = counted_reads(stage)

    async def statements(count: int) -> int:
        counting.statements.clear()
        kinds = (IdPrefix.INTENT, IdPrefix.API_KEY, IdPrefix.PROGRAM)
        ids = [encode_id(kind, new_id()) for kind in kinds for _ in range(count)]
        answer = await admin.ask(NODES, ids=[*ids, one.id, other.id])
        assert answer["nodes"][:-2] == [None] * len(ids)
        assert [found["id"] for found in answer["nodes"][-2:]] == [one.id, other.id]
        return len(counting.statements)

    assert await statements(30) == await statements(1)
