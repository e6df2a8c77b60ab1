"""How a commission came about, recomputed from what was stored; clawbacks too."""

from app.domain.ids import new_id
from tests.api.caller import Stage
from tests.api.filled import PAID, FilledProgram

QUERY = """query ($slug: String!) { program(slug: $slug) { commissions { nodes {
  level amount { minor } explanation {
    payment { minor } level rateBps upline { level referralCode } skipped { level reason } exact rounded { minor } matches
  } } } } }"""
_CLAW_BACK = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, claws_back, accrued_at, payable_at)
SELECT program_id, $2, settlement_id, affiliate_id, level, rate_bps, terms_version, $3, $4, currency, 'PAYABLE', id,
       accrued_at, payable_at FROM commission WHERE id = $1
"""


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
    earned = filled.payments[0].accrual.commissions[2]
    parts = (3_333_333, 3_333_333, PAID - 6_666_666)
    amounts = (-66_666, -66_667, -66_667)
    assert sum(amounts) == -earned.amount.units
    for base, amount in zip(parts, amounts, strict=True):
        await filled.owner.execute(_CLAW_BACK, earned.id, new_id(), base, amount)
    seen = (await filled.program.ask(QUERY, slug=filled.program.slug))["program"]["commissions"]
    back = [node for node in seen["nodes"] if node["amount"]["minor"].startswith("-")]
    assert len(back) == len(parts)
    assert [node["explanation"]["matches"] for node in back] == [True] * 3
    assert {node["explanation"]["exact"] for node in back} == {"-0.0666666600", "-0.0666666800"}
