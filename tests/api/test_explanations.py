"""How a commission came about, recomputed from what was stored; clawbacks too."""

from schema.ids import IdPrefix, encode_id
from tests.api.caller import Stage
from tests.api.filled import FilledProgram

QUERY = """query ($slug: String!) { program(slug: $slug) { commissions { nodes {
  level amount { minor } explanation {
    payment { minor } level rateBps upline { level referralCode } skipped { level reason } exact rounded { minor } matches
  } } } } }"""
REVERSE = """mutation ($id: ID!, $amount: Decimal!, $key: String!) { reverseSettlement(
  id: $id, amount: {amount: $amount, currency: "USDC"}, reason: "a test", idempotencyKey: $key) { userErrors { code } } }"""


async def test_every_level_is_explained(stage: Stage, filled: FilledProgram) -> None:
    assert stage is not None
    await filled.grow(1)
    seen = (await filled.program.ask(QUERY, slug=filled.program.slug))["program"]["commissions"]
    by_level = {node["level"]: node for node in seen["nodes"]}
    assert [by_level[level]["amount"]["minor"] for level in (1, 2, 3)] == [
        "1000000",
        "500000",
        "200000",
    ]
    first = by_level[1]["explanation"]
    assert (first["exact"], first["rounded"]["minor"], first["matches"]) == (
        "1.0000000000",
        "1000000",
        True,
    )
    assert first["upline"][:2] == [
        {"level": 1, "referralCode": "BRANCH0"},
        {"level": 2, "referralCode": "LOW"},
    ]


async def test_clawbacks_sum_to_the_whole_and_are_explained_each(filled: FilledProgram) -> None:
    await filled.grow(1)
    id_ = encode_id(IdPrefix.SETTLEMENT, filled.payments[0].settlement)
    for number, amount in enumerate(("3.333333", "3.333333", "3.333334")):
        reversed_ = await filled.program.ask(REVERSE, id=id_, amount=amount, key=f"part {number}")
        assert reversed_["reverseSettlement"]["userErrors"] == []
    seen = (await filled.program.ask(QUERY, slug=filled.program.slug))["program"]["commissions"]
    back = [node for node in seen["nodes"] if node["amount"]["minor"].startswith("-")]
    assert [node["explanation"]["matches"] for node in back] == [True] * 9
    third = [node for node in back if node["level"] == 3]
    assert sorted(node["amount"]["minor"] for node in third) == ["-66666", "-66667", "-66667"]
    assert {node["explanation"]["exact"] for node in third} == {"-0.0666666600", "-0.0666666800"}
