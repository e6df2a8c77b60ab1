"""The gas that items need, against the caps of the contract and the formula of the packing."""

from typing import Any

import pytest
from web3.exceptions import ContractLogicError

from app.chain import gas
from app.chain.gas import BatchTooLargeError, batch_gas_limit, contract_wallets_gas_limit
from app.chain.settlement_reason import SettlementReason
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC, ChainKind, wallet

pytestmark = pytest.mark.long

_INTRINSIC_GAS = 21_000
_ITEM_BYTES = 12 * 32


def items_of(chain: GatewayChain, kind: ChainKind, amount: int, count: int) -> list[Any]:
    """Signed items of fresh, funded wallets, all into one treasury."""
    first = 10_000 * (kind + 2 * (amount == 0))
    wallets = [wallet(first + number) for number in range(count)]
    chain.fund([account.address for account in wallets])
    return [
        chain.facts(account.address, kind=kind, amount=amount).signed_by(account)
        for account in wallets
    ]


def test_the_caps_are_the_contracts(chain: GatewayChain) -> None:
    functions = chain.gateway.functions
    assert functions.MINT_GAS().call() == gas.MINT_GAS_CAP
    assert functions.PAYMENT_GAS().call() == gas.PAYMENT_GAS_CAP
    assert functions.PAYMENT_AND_MINT_GAS().call() == gas.PAY_AND_MINT_GAS_CAP
    assert functions.CONTRACT_WALLET_GAS().call() == gas.CONTRACT_WALLET_GAS_CAP


@pytest.mark.parametrize(
    ("kind", "amount", "cap"),
    [
        (ChainKind.PAYMENT, USDC, gas.PAYMENT_GAS_CAP),
        (ChainKind.REGISTRATION, USDC, gas.PAY_AND_MINT_GAS_CAP),
        (ChainKind.REGISTRATION, 0, gas.MINT_GAS_CAP),
    ],
    ids=["payment", "payment and mint", "mint"],
)
def test_the_dearest_item_stays_below_its_cap(
    chain: GatewayChain, kind: ChainKind, amount: int, cap: int
) -> None:
    # Alone in its transaction, into a fresh treasury: everything is cold.
    outcome = chain.settle(items_of(chain, kind, amount, 1))
    assert len(outcome.settled) == 1
    assert outcome.gas_used - _INTRINSIC_GAS < cap


@pytest.mark.parametrize(
    ("payments", "mints", "pay_and_mints"),
    [(1, 0, 0), (200, 0, 0), (0, 200, 0), (0, 0, 140), (0, 0, 1), (60, 60, 60)],
)
def test_the_formula_covers_every_mix_and_fits_one_transaction(
    chain: GatewayChain, payments: int, mints: int, pay_and_mints: int
) -> None:
    items = [
        *items_of(chain, ChainKind.PAYMENT, USDC, payments),
        *items_of(chain, ChainKind.REGISTRATION, 0, mints),
        *items_of(chain, ChainKind.REGISTRATION, USDC, pay_and_mints),
    ]
    limit = batch_gas_limit(payments, mints, pay_and_mints)
    outcome = chain.settle(items, gas=limit)
    assert outcome.receipt["status"] == 1
    assert len(outcome.settled) == payments + mints + pay_and_mints
    assert len(items) * _ITEM_BYTES < gas.MAX_CALLDATA_BYTES


def test_the_formula_covers_a_batch_in_which_everybody_lost_the_money(chain: GatewayChain) -> None:
    wallets = [wallet(number) for number in range(200)]
    items = [chain.facts(account.address).signed_by(account) for account in wallets]
    outcome = chain.settle(items, gas=batch_gas_limit(200, 0, 0))
    assert outcome.reasons == [SettlementReason.INSUFFICIENT_FUNDS] * 200


def test_the_formula_covers_a_fresh_treasury_for_each_item(chain: GatewayChain) -> None:
    wallets = [wallet(number) for number in range(100)]
    chain.fund([account.address for account in wallets])
    items = [
        chain.facts(account.address, treasury=wallet(50_000 + number).address).signed_by(account)
        for number, account in enumerate(wallets)
    ]
    outcome = chain.settle(items, gas=batch_gas_limit(100, 0, 0, treasuries=100))
    assert len(outcome.settled) == 100


def test_no_item_is_refused_for_the_batchs_lack_of_gas(chain: GatewayChain) -> None:
    items = items_of(chain, ChainKind.PAYMENT, USDC, 8)
    enough = []
    for limit in range(150_000, 900_000, 25_000):
        snapshot = chain.node.call("evm_snapshot")
        receipt = chain.send(chain.gateway.functions.settle(items), chain.relayer, limit)
        logs = chain.gateway.events.Settled().get_logs(from_block=receipt["blockNumber"])
        assert len(logs) == (8 if receipt["status"] == 1 else 0), limit
        enough.append(receipt["status"] == 1)
        chain.node.call("evm_revert", snapshot)
    assert not enough[0]
    assert enough[-1]


def test_a_batch_that_could_do_it_but_cannot_cover_the_cap_reverts(chain: GatewayChain) -> None:
    items = items_of(chain, ChainKind.PAYMENT, USDC, 3)
    assert chain.simulate(items) == [SettlementReason.NONE] * 3
    selector = chain.web3.keccak(text="BatchGasTooLow(uint256)")[:4]
    # Three payments use some 250 k: enough is left for the third, but not for its whole cap.
    for gas_limit, refused_index in ((230_000, 0), (330_000, 1), (400_000, 2)):
        with pytest.raises(ContractLogicError) as refusal:
            chain.gateway.functions.settle(items).call(
                {"from": chain.relayer.address, "gas": gas_limit}
            )
        expected = bytes(selector) + refused_index.to_bytes(32, "big")
        assert refusal.value.data == "0x" + expected.hex()


def test_what_no_transaction_can_carry_is_refused() -> None:
    with pytest.raises(BatchTooLargeError):
        batch_gas_limit(201, 0, 0)
    with pytest.raises(BatchTooLargeError):
        batch_gas_limit(0, 0, 150)
    with pytest.raises(BatchTooLargeError):
        contract_wallets_gas_limit(40)
    assert batch_gas_limit(200, 0, 0) < gas.MAX_TRANSACTION_GAS
