"""The client against a real node, and against one that hangs, refuses and lies."""

import time

import pytest
from eth_account import Account

from app.chain.client import Chain
from app.chain.node_errors import (
    AlreadyKnown,
    ExecutionHalted,
    ExecutionReverted,
    InsufficientFunds,
    InvalidTransaction,
    NoAnswer,
    NonceTooLow,
    RateLimited,
    ReplacementUnderpriced,
    Underpriced,
    UnrecognisedNodeError,
    WrongChain,
    node_error,
)
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.chain.proxy import proxy_before
from tests.fixtures.counted import counted

_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


def _signed(nonce: int, *, key: str = _KEY, fee: int = 10**10, value: int = 0) -> bytes:
    transaction = {
        "type": 2,
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "to": "0x" + "11" * 20,
        "value": value,
        "gas": 21_000,
        "maxFeePerGas": fee,
        "maxPriorityFeePerGas": min(fee, 10**9),
    }
    return bytes(Account.sign_transaction(transaction, key).raw_transaction)


def _failures() -> float:
    return counted("sge_rpc_failures_total", chain=str(CHAIN_ID))


def _requests() -> float:
    return counted("sge_rpc_request_duration_seconds_count", method="eth_blockNumber")


async def test_many_accounts_are_read_in_one_request(anvil: Anvil) -> None:
    sender, other = Account.from_key(_KEY).address, "0x" + "12" * 20
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        [sent] = await chain.send_raw_batch([_signed(await chain.nonce(sender))])
        assert isinstance(sent, bytes)
        anvil.call("evm_mine")
        addresses = [other, sender]
        nonces = await chain.nonces(addresses, "latest")
        assert nonces == [await chain.nonce(one) for one in addresses]
        assert await chain.nonces(addresses, await chain.block_number() - 1) == nonces
        held = await chain.holdings(addresses)
        assert held == [(await chain.balance(one), await chain.nonce(one)) for one in addresses]
        assert held[0] == (0, 0)
        assert await chain.holdings([]) == []


async def test_blocks_nonces_and_receipts_are_read(anvil: Anvil) -> None:
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        sender = Account.from_key(_KEY).address
        nonce = await chain.nonce(sender)
        [sent] = await chain.send_raw_batch([_signed(nonce)])
        assert isinstance(sent, bytes)
        anvil.call("evm_mine")
        [receipt, unknown] = await chain.receipts([sent, bytes(32)])
        assert receipt is not None
        assert receipt.succeeded
        assert unknown is None
        block = await chain.get_block(receipt.block_number)
        assert block is not None
        assert sent in block.transaction_hashes
        parent, same, future = await chain.get_blocks([block.number - 1, block.number, 10**9])
        assert parent is not None
        assert parent.hash == block.parent_hash
        assert same == block
        assert future is None
        assert await chain.block_number() >= block.number
        assert await chain.nonce(sender) == nonce + 1
        history = await chain.fee_history(4, 50)
        assert len(history.base_fees) == len(history.tips) + 1


async def test_refusals_of_the_node_are_types(own_anvil: Anvil) -> None:
    anvil = own_anvil
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        nonce = await chain.nonce(Account.from_key(_KEY).address)
        anvil.call("evm_setAutomine", False)
        anvil.call("evm_setIntervalMining", 0)
        poor = Account.create().key.hex()
        answers = await chain.send_raw_batch(
            [
                _signed(nonce),
                _signed(nonce),
                _signed(nonce, fee=9 * 10**9),
                _signed(0, key=poor),
                _signed(nonce + 1, fee=1),
                b"\x02nonsense",
            ]
        )
        anvil.call("evm_mine")
        answers += await chain.send_raw_batch([_signed(nonce, fee=2 * 10**10)])
    kinds = [type(answer) for answer in answers]
    assert kinds == [
        bytes,
        AlreadyKnown,
        ReplacementUnderpriced,
        InsufficientFunds,
        Underpriced,
        InvalidTransaction,
        NonceTooLow,
    ]


async def test_a_reverting_call_gives_its_data(anvil: Anvil) -> None:
    # PUSH4 0xdeadbeef, MSTORE, REVERT with its 32 bytes
    anvil.call("anvil_setCode", "0x" + "22" * 20, "0x63deadbeef60005260206000fd")
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        with pytest.raises(ExecutionReverted) as reverted:
            await chain.call("0x" + "22" * 20, b"")
        assert reverted.value.revert_data[-4:].hex() == "deadbeef"
        [answer, empty] = await chain.call_batch([("0x" + "22" * 20, b""), ("0x" + "33" * 20, b"")])
        assert isinstance(answer, ExecutionReverted)
        assert empty == b""


async def test_the_next_endpoint_answers_for_one_that_fails(anvil: Anvil) -> None:
    async with (
        proxy_before(anvil.url) as proxy,
        Chain(CHAIN_ID, [proxy.url, anvil.url], timeout_seconds=0.3) as chain,
    ):
        failures, requests = _failures(), _requests()
        for fault in ("hang", "500", "429", "forget"):
            proxy.plan = lambda _body, fault=fault: fault
            assert await chain.block_number() >= 0
        failed = len(proxy.seen)
        assert failed
        # Of those that nobody answered the time counts too.
        assert (_failures() - failures, _requests() - requests) == (failed, failed + 4)
        proxy.seen.clear()
        assert await chain.block_number() >= 0
        assert not proxy.seen  # it is asked last, or rests


async def test_a_hung_endpoint_costs_no_more_than_its_timeout_and_then_nothing(
    anvil: Anvil,
) -> None:
    async with (
        proxy_before(anvil.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=0.2) as chain,
    ):
        proxy.plan = lambda _body: "hang"
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(NoAnswer):
                await chain.block_number()
            assert time.monotonic() - started < 5.0  # it hangs for 30
        proxy.seen.clear()
        with pytest.raises(NoAnswer, match="rests"):
            await chain.block_number()
        assert not proxy.seen


async def test_retry_after_is_honoured(anvil: Anvil) -> None:
    async with proxy_before(anvil.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        proxy.plan = lambda _body: "429"
        with pytest.raises(RateLimited) as limited:
            await chain.block_number()
        assert limited.value.retry_after_seconds == 1.0
        proxy.seen.clear()
        with pytest.raises(NoAnswer):
            await chain.block_number()
        assert not proxy.seen


async def test_a_lost_answer_after_sending_is_no_answer_and_the_bytes_may_be_sent_again(
    anvil: Anvil,
) -> None:
    async with proxy_before(anvil.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        raw = _signed(await chain.nonce(Account.from_key(_KEY).address))
        proxy.plan = lambda _body: "drop"
        [lost] = await chain.send_raw_batch([raw])
        assert isinstance(lost, NoAnswer)
        proxy.plan = lambda _body: "pass"
        [again] = await chain.send_raw_batch([raw])
        assert isinstance(again, (AlreadyKnown, NonceTooLow))


async def test_an_endpoint_of_another_chain_is_never_used(anvil: Anvil) -> None:
    async with Chain(CHAIN_ID + 1, [anvil.url]) as chain:
        with pytest.raises(WrongChain):
            await chain.block_number()


async def test_a_head_that_goes_backwards_is_believed_when_nobody_is_ahead(anvil: Anvil) -> None:
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        anvil.call("anvil_mine", hex(5))
        snapshot = anvil.call("evm_snapshot")
        anvil.call("anvil_mine", hex(20))
        high = await chain.block_number()
        before = counted("sge_rpc_heads_backwards_total", chain=str(CHAIN_ID))
        anvil.call("evm_revert", snapshot)
        assert await chain.block_number() < high
        assert counted("sge_rpc_heads_backwards_total", chain=str(CHAIN_ID)) == before + 1


@pytest.mark.parametrize(
    ("wording", "kind"),
    [
        ("already known", AlreadyKnown),
        ("transaction already imported", AlreadyKnown),
        ("nonce too low: next nonce 5, tx nonce 4", NonceTooLow),
        ("replacement transaction underpriced: new tx gas fee cap 1 < 2", ReplacementUnderpriced),
        ("insufficient funds for gas * price + value: balance 0", InsufficientFunds),
        ("transaction gas price below minimum: gas tip cap 0", Underpriced),
        ("EVM error OutOfGas", ExecutionHalted),
        ("invalid opcode: INVALID", ExecutionHalted),
        ("execution reverted: out of gas", ExecutionReverted),
        ("execution reverted: nonce too low", ExecutionReverted),
        ("Too Many Requests", RateLimited),
        ("something new", UnrecognisedNodeError),
    ],
)
def test_wordings_are_recognised(wording: str, kind: type) -> None:
    assert type(node_error({"code": -32000, "message": wording})) is kind
