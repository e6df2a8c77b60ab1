"""What payouts cost: the figures behind execution_gas.

With the test dollar and two owners, gas used: 117 848 for one payout to a new holder (83 648 known),
5 951 678 for 200 (2 514 578), 11 827 065 for 400 (4 969 965).
"""

import pytest

from app.chain.safe_execution import exec_calldata, execution_gas
from tests.chain.treasury import OWNERS, Treasury, key_signature, recipients


@pytest.mark.parametrize("number", [1, 200, 400])
async def test_the_limit_covers_new_and_known_holders(treasury: Treasury, number: int) -> None:
    limit = execution_gas(number, keys=2)
    used = []
    for _ in ("new", "known"):
        transaction = treasury.payout(recipients(number))
        digest = treasury.own_hash_of(transaction)
        signatures = [key_signature(owner, digest) for owner in OWNERS[:2]]
        assert len(exec_calldata(transaction, signatures)) < 128 * 1024
        receipt = treasury.execute(transaction, signatures, limit)
        assert len(treasury.transfers(receipt)) == number
        used.append(receipt["gasUsed"])
    new, known = used
    if number > 1:
        assert 25_000 < new / number < 32_000
        assert 7_000 < known / number < 13_000
    # Slack for tokens dearer than the test dollar: USDC is a proxy.
    assert limit > new * 1.2
