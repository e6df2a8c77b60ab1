"""`sge payout verify`: a true export agrees, and every lie is found."""

import asyncio
import copy
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from app.chain.payout_checks import check_document
from app.chain.payout_content import closing_call, planned_safe_transaction
from app.chain.payout_document import read_document
from app.chain.safe_execution import OwnerSignature, signature_blob
from app.chain.safe_hash import safe_tx_preimage
from app.domain.strict_json import MalformedDocument
from sge.cli import command_line
from tests.chain.exported import document, exported, hexed
from tests.chain.treasury import OWNERS, Treasury, eth_sign_signature, key_signature, recipients
from tests.contracts.gateway_chain import GatewayChain


def verify(tmp_path: Path, content: Any, *options: str) -> Result:
    file = tmp_path / "batch.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return CliRunner().invoke(command_line(["payout"]), ["payout", "verify", str(file), *options])


@pytest.fixture
async def batch(treasury: Treasury) -> dict[str, Any]:
    """An executed payout, one that two owners signed, a closing call, one without signatures."""
    paid = recipients(3)
    first = treasury.payout(paid)
    digest = treasury.own_hash_of(first)
    signatures = [key_signature(owner, digest) for owner in OWNERS[:2]]
    receipt = treasury.execute(first, signatures)
    second = treasury.payout(recipients(2, start=10))
    digest = treasury.own_hash_of(second)
    both = [eth_sign_signature(OWNERS[2], digest), key_signature(OWNERS[1], digest)]
    closing = planned_safe_transaction(closing_call(treasury.safe), second.nonce + 1)
    last = planned_safe_transaction(closing_call(treasury.safe), second.nonce + 2)
    return document(
        treasury,
        [
            exported(treasury, first, paid, signatures, receipt=receipt),
            exported(treasury, second, recipients(2, start=10), both, status="APPROVED"),
            exported(treasury, closing, [], []),
            exported(treasury, last, [], []),
        ],
    )


def test_a_true_export_agrees(batch: dict[str, Any], treasury: Treasury, tmp_path: Path) -> None:
    alone = verify(tmp_path, batch)
    assert alone.exit_code == 0, alone.output
    assert "3 payouts and their lines sum to 0.003003 USDC" in alone.output
    assert "with --rpc" in alone.output
    asked = verify(tmp_path, batch, "--rpc", treasury.chain.node.url)
    assert asked.exit_code == 0, asked.output
    assert "is Safe's MultiSendCallOnly" in asked.output
    assert "the list of Transfers is exactly that of its payouts" in asked.output
    assert "what 2 signed is accepted" in asked.output


Lie = Callable[[dict[str, Any]], None]


def _lie(path: str, value: Any) -> Lie:
    *way, last = [int(one) if one.isdigit() else one for one in path.split(".")]

    def tell(batch: dict[str, Any]) -> None:
        place: Any = batch["safeTransactions"]
        for one in way:
            place = place[one]
        assert place[last] != value
        place[last] = value

    return tell


def _swap_payouts(batch: dict[str, Any]) -> None:
    batch["safeTransactions"][0]["payouts"].reverse()


def _drop_a_nonce(batch: dict[str, Any]) -> None:
    del batch["safeTransactions"][2]


def _swap_signatures(batch: dict[str, Any]) -> None:
    first, second = batch["safeTransactions"][1]["signatures"]
    first["owner"], second["owner"] = second["owner"], first["owner"]


def _sign_twice(batch: dict[str, Any]) -> None:
    signatures = batch["safeTransactions"][1]["signatures"]
    signatures[0] = signatures[1]


def _pay_a_line_twice(batch: dict[str, Any]) -> None:
    lines = [batch["safeTransactions"][n]["payouts"][0]["lines"] for n in (0, 1)]
    lines[1][0]["id"] = lines[0][0]["id"]


LIES: list[tuple[Lie, str]] = [
    (_lie("0.payouts.0.destination", "0x" + "12" * 20), "content hash is NOT"),
    (_lie("0.payouts.0.amount", "1001"), "lines of payout 0 do not sum"),
    (_lie("1.payouts.1.lines.0.amount", "7"), "lines of payout 1 do not sum"),
    (_lie("0.total", "3004"), "payouts sum to 3003, not to 3004"),
    (_lie("0.contentHash", "0x" + "00" * 32), "content hash is NOT"),
    (_lie("1.hash", "0x" + "00" * 32), "safeTxHash is NOT"),
    (_lie("1.data", "0x00"), "calldata is NOT"),
    (_lie("1.operation", 0), "calldata is NOT"),
    (_lie("2.to", "0x" + "12" * 20), "calldata is NOT"),
    (_lie("2.data", "0x12"), "calldata is NOT"),
    (_lie("1.nonce", "77"), "NOT without gaps"),
    (_lie("1.signatures.1.signature", "0x" + "11" * 65), "is NOT by that key"),
    (_lie("1.signatures.1.signature", "0x11"), "is NOT by that key"),
    (_lie("1.signatures.1.signature", "0x" + "00" * 64 + "01"), "is NOT by that key"),
    (_swap_payouts, "content hash is NOT"),
    (_drop_a_nonce, "NOT without gaps"),
    (_swap_signatures, "is NOT by that key"),
    (_sign_twice, "signed more than once"),
    (_pay_a_line_twice, "is paid twice"),
]
CHAIN_LIES: list[tuple[Lie, str]] = [
    (_lie("0.execution.logIndex", 99), "ExecutionSuccess is NOT"),
    (_lie("0.execution.blockHash", "0x" + "00" * 32), "ExecutionSuccess is NOT"),
    (_lie("0.execution.transactionHash", "0x" + "00" * 32), "ExecutionSuccess is NOT"),
    (_lie("0.payouts.1.logIndex", 98), "list of Transfers is NOT"),
    (_lie("1.status", "DEAD"), "NOT used by something else"),
]


def test_each_lie_is_found_on_paper(batch: dict[str, Any], tmp_path: Path) -> None:
    for lie, words in LIES:
        bent = copy.deepcopy(batch)
        lie(bent)
        _assert_differs(verify(tmp_path, bent), words)


def test_each_lie_about_the_chain_is_found_there(
    batch: dict[str, Any], treasury: Treasury, tmp_path: Path
) -> None:
    for lie, words in CHAIN_LIES:
        bent = copy.deepcopy(batch)
        lie(bent)
        assert verify(tmp_path, bent).exit_code == 0
        _assert_differs(verify(tmp_path, bent, "--rpc", treasury.chain.node.url), words)


def _assert_differs(told: Result, words: str) -> None:
    assert told.exit_code == 1, (words, told.output)
    differing = [line for line in told.output.splitlines() if line.startswith("DIFFERS")]
    assert any(words in line for line in differing), (words, told.output)


async def _consent(treasury: Treasury, signatures: list[OwnerSignature]) -> dict[str, Any]:
    transaction = planned_safe_transaction(closing_call(treasury.safe), treasury.nonce)
    return document(treasury, [exported(treasury, transaction, [], signatures)])


async def test_a_strangers_signature_is_true_but_no_owners(
    treasury: Treasury, tmp_path: Path
) -> None:
    transaction = planned_safe_transaction(closing_call(treasury.safe), treasury.nonce)
    stranger = Account.create()
    signature = key_signature(stranger, treasury.own_hash_of(transaction))
    content = await _consent(treasury, [signature])
    assert verify(tmp_path, content).exit_code == 0
    told = await asyncio.to_thread(verify, tmp_path, content, "--rpc", treasury.chain.node.url)
    assert "is NOT accepted: GS026" in told.output


@pytest.mark.parametrize("honest", [True, False])
async def test_a_contract_owner_is_asked(chain: GatewayChain, tmp_path: Path, honest: bool) -> None:
    inner = await Treasury.create(chain)
    outer = await Treasury.create(chain, [inner.safe, OWNERS[0].address])
    transaction = planned_safe_transaction(closing_call(outer.safe), outer.nonce)
    preimage = safe_tx_preimage(outer.safe, chain.web3.eth.chain_id, "1.4.1", transaction)
    handler = chain.contract("CompatibilityFallbackHandler", chain.deployment.fallback_handler)
    asked = preimage if honest else b"something else"
    message = bytes(handler.functions.getMessageHashForSafe(inner.safe, asked).call())
    blob = signature_blob([key_signature(owner, message) for owner in OWNERS[1:]])
    content = await _consent(outer, [OwnerSignature(inner.safe, blob, contract=True)])
    told = await asyncio.to_thread(verify, tmp_path, content, "--rpc", chain.node.url)
    assert told.exit_code == (0 if honest else 1), told.output


async def test_other_code_than_safes_multi_send(
    treasury: Treasury, batch: dict[str, Any], tmp_path: Path
) -> None:
    node, address = treasury.chain.node, treasury.chain.deployment.multisend
    node.call("anvil_setCode", address, "0x00")
    told = await asyncio.to_thread(verify, tmp_path, batch, "--rpc", node.url)
    assert "is NOT Safe's MultiSendCallOnly" in told.output


async def test_a_node_that_is_not_there_is_no_difference(
    batch: dict[str, Any], tmp_path: Path
) -> None:
    told = await asyncio.to_thread(verify, tmp_path, batch, "--rpc", "http://127.0.0.1:1")
    assert told.exit_code == 2
    assert "could not be asked" in told.output
    batch["chainId"] = 5
    assert verify(tmp_path, batch).exit_code == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no JSON document"),
        ("[" * 100_000, "no JSON document"),
        ("{}", "format: must be a text"),
        ("[]", "must be an object"),
        ('{"format": "sge.payout-batch", "version": 2}', "version: must be an integer"),
        (
            '{"format": "sge.payout-batch", "version": 1, "safeTransactions": [{"status": "NEW"}]}',
            "safeTransactions[0].status: must be one of",
        ),
    ],
)
def test_a_malformed_file_is_named_as_such(tmp_path: Path, content: str, words: str) -> None:
    told = verify(tmp_path, content)
    assert told.exit_code == 2
    assert words in told.output


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["0x", "0x00", "0x" + "11" * 20, "0x" + "11" * 32, "9" * 79]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_bent_document_is_malformed_or_differs_and_never_crashes(
    batch: dict[str, Any], data: st.DataObject
) -> None:
    bent = copy.deepcopy(batch)
    place: Any = bent
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        break
    if data.draw(st.booleans()):
        place[key] = data.draw(JSON)
    else:
        del place[key]
    with suppress(MalformedDocument):
        assert all(check.words for check in check_document(read_document(json.dumps(bent))))


def test_an_export_older_than_the_chain_is_no_lie(
    batch: dict[str, Any], treasury: Treasury, tmp_path: Path
) -> None:
    first = batch["safeTransactions"][0]
    first |= {"status": "APPROVED", "execution": None}
    told = verify(tmp_path, batch, "--rpc", treasury.chain.node.url)
    assert told.exit_code == 0, told.output
    assert "its nonce was used meanwhile" in told.output


def test_what_was_given_up_is_said_so(
    batch: dict[str, Any], treasury: Treasury, tmp_path: Path
) -> None:
    batch["safeTransactions"][1]["death"] = "OWNERS_CHANGED"
    told = verify(tmp_path, batch, "--rpc", treasury.chain.node.url)
    assert told.exit_code == 0, told.output
    assert "given up (OWNERS_CHANGED)" in told.output


def test_hexadecimal_is_as_it_was(batch: dict[str, Any]) -> None:
    read = read_document(json.dumps(batch))
    assert [hexed(one.hash) for one in read.transactions] == [
        one["hash"] for one in batch["safeTransactions"]
    ]
