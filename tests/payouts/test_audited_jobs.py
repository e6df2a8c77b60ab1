"""What jobs decide about payouts is in the audit log, each Safe transaction by itself."""

from typing import Any

from tests.contracts.items import USDC
from tests.payouts.paying import Paying

_AUDITED = """
SELECT action, actor, target_id, before, after, reason FROM audit WHERE program_id = $1 AND actor LIKE 'job:%' ORDER BY id
"""


async def audited(paying: Paying, program_id: int) -> list[dict[str, Any]]:
    rows = await paying.world.settling.rows(_AUDITED, program_id)
    return [row for row in rows if not row["action"].startswith("intent.")]


async def test_a_payout_from_maturity_to_its_transfer(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.batch(recipients=3)
    await paying.approve(program, batch, program.owners[0])
    await paying.approve(program, batch, program.owners[2])
    await paying.relay()
    await paying.finish()
    rows = [row for row in await audited(paying, program.id) if "safe" in row["action"]]
    assert [(row["action"], row["actor"]) for row in rows] == [
        ("safe_transaction.executing", "job:pay"),
        ("safe_transaction.executed", "job:watch_chain"),
    ]
    assert {row["target_id"] for row in rows} == {str(one) for one in batch.transactions}
    assert rows[0]["before"] == {"status": "APPROVED", "death": None}
    assert rows[1]["before"] == {"status": "EXECUTING", "death": None}
    assert rows[1]["after"]["status"] == "EXECUTED"
    assert rows[1]["after"]["transaction"].startswith("0x")
    [matured] = await world.settling.rows(
        "SELECT after FROM audit WHERE program_id = $1 AND action = 'commissions.matured'",
        program.id,
    )
    assert matured["after"] == {
        "status": "PAYABLE",
        "commissions": 3,
        "amounts": {"USDC": str(3 * USDC)},
    }


async def test_owners_who_change_their_safe(paying: Paying) -> None:
    program, _ = await paying.approved(transactions=2)
    await paying.safe_call(program, "changeThreshold", 3, nonce=0)
    await paying.relay()
    await paying.relay()
    rows = await audited(paying, program.id)
    [changed] = [row for row in rows if row["action"] == "treasury.changed"]
    assert changed["actor"] == "job:pay"
    assert (changed["before"]["threshold"], changed["after"]["threshold"]) == (2, 3)
    assert changed["before"]["owners"] == changed["after"]["owners"]
    given_up = [row for row in rows if row["action"] == "safe_transaction.given_up"]
    assert len(given_up) == 2
    for row in given_up:
        assert row["before"] == {"status": "APPROVED", "death": None}
        assert row["after"] == {"status": "APPROVED", "death": "OWNERS_CHANGED"}
        assert "owners of today" in row["reason"]
