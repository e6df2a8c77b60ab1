"""What the page's own tests compare with is what the platform makes of the same rows: two implementations, one content."""

import json
from typing import Any

import pytest

from app.chain.address import ZERO_ADDRESS
from app.chain.payout_content import (
    Recipient,
    batch_content_hash,
    closing_call,
    content_hash,
    payout_call,
    planned_safe_transaction,
    typed_data,
)
from app.chain.safe_hash import safe_tx_hash
from sge.demo.chain import MULTISEND
from sge.embedded.project import PROJECT

_PROOF = PROJECT / "frontend-stub" / "src" / "payouts" / "proof"
_BATCHES: dict[str, Any] = json.loads((_PROOF / "recorded.json").read_text())


@pytest.mark.parametrize("name", _BATCHES)
def test_the_recorded_batches_are_what_their_rows_make(name: str) -> None:
    program, batch, rows = (_BATCHES[name][part] for part in ("program", "batch", "rows"))
    hashes = []
    for stored in batch["safeTransactions"]:
        own = [row for row in rows if row["safeTransactionIndex"] == stored["index"]]
        made = _made(program, stored, own)
        hashes.append(bytes.fromhex(made["contentHash"][2:]))
        assert {name: stored[name] for name in made} == made
    assert f"0x{batch_content_hash(hashes).hex()}" == batch["contentHash"]


def test_the_page_lets_a_safe_delegate_to_where_the_demo_has_multisend() -> None:
    assert MULTISEND in (_PROOF / "multi-send.ts").read_text()


def _made(
    program: dict[str, Any], stored: dict[str, Any], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    chain_id, safe = int(program["chainId"]), program["treasury"]["address"]
    nonce, version = int(stored["nonce"]), program["treasury"]["version"]
    token = program["currencies"][0]["token"] if rows else ZERO_ADDRESS
    paid = [Recipient(row["destination"], int(row["amount"]["minor"])) for row in rows]
    call = payout_call(stored["to"], token, paid) if rows else closing_call(safe)
    planned = planned_safe_transaction(call, nonce)
    return {
        "to": call.to,
        "data": f"0x{call.data.hex()}",
        "operation": int(call.operation),
        "contentHash": f"0x{content_hash(chain_id, safe, token, nonce, paid).hex()}",
        "hash": f"0x{safe_tx_hash(safe, chain_id, version, planned).hex()}",
        "typedData": typed_data(safe, chain_id, version, planned),
    }
