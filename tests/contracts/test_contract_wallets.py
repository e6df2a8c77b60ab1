"""Wallets with code: foreign code, which the plain path never runs and the other one contains."""

from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from app.chain.gas import batch_gas_limit, contract_wallets_gas_limit
from app.chain.settlement_reason import SettlementReason
from tests.contracts.gateway_chain import TREASURY, GatewayChain
from tests.contracts.items import OTHER_PROGRAM, USDC, ChainKind, wallet

OWNER = wallet(1)


@pytest.fixture
def owned_wallet(chain: GatewayChain) -> str:
    """A funded contract wallet that accepts what OWNER signs."""
    address = chain.deploy_testing("OwnedWallet", OWNER.address)
    chain.fund([address])
    return address


def delegate(chain: GatewayChain, account: LocalAccount, implementation: str) -> None:
    """Give a plain key code, by an EIP-7702 transaction that somebody else sends."""
    eth = chain.web3.eth
    authorization = account.sign_authorization(
        {
            "chainId": eth.chain_id,
            "address": implementation,
            "nonce": eth.get_transaction_count(account.address),
        }
    )
    sender = chain.stranger
    transaction: dict[str, Any] = {
        "type": 4,
        "chainId": eth.chain_id,
        "nonce": eth.get_transaction_count(sender.address),
        "to": sender.address,
        "value": 0,
        "gas": 200_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
        "data": "0x",
        "accessList": [],
        "authorizationList": [authorization],
    }
    signed = sender.sign_transaction(transaction)
    sent = eth.send_raw_transaction(signed.raw_transaction)
    assert eth.wait_for_transaction_receipt(sent, poll_latency=0.02)["status"] == 1
    assert eth.get_code(account.address).hex().startswith("ef0100")


def test_the_plain_path_reroutes_a_wallet_with_code(chain: GatewayChain, owned_wallet: str) -> None:
    facts = chain.facts(owned_wallet)
    plain = chain.settle([facts.signed_by(OWNER)])
    assert plain.reasons == [SettlementReason.CONTRACT_WALLET]
    assert plain.rejected == {facts.intent_id: SettlementReason.CONTRACT_WALLET}
    rerouted = chain.settle_contract_wallets([facts.contract_signed_by(OWNER)])
    assert set(rerouted.settled) == {facts.intent_id}
    assert chain.balance(owned_wallet) == 90 * USDC


def test_a_contract_wallet_may_register_without_its_code_running(
    chain: GatewayChain, owned_wallet: str
) -> None:
    facts = chain.facts(owned_wallet, kind=ChainKind.REGISTRATION, amount=0)
    assert chain.settle([facts.signed_by(OWNER)]).reasons == [SettlementReason.NONE]
    paid = chain.facts(
        owned_wallet, kind=ChainKind.REGISTRATION, amount=USDC, program=OTHER_PROGRAM
    )
    outcome = chain.settle_contract_wallets([paid.contract_signed_by(OWNER)])
    assert outcome.settled[paid.intent_id]["tokenId"] != 0


def test_contract_wallets_get_their_reasons(chain: GatewayChain, owned_wallet: str) -> None:
    facts = chain.facts(owned_wallet)
    good = facts.contract_signed_by(OWNER)
    items = [
        chain.facts(owned_wallet).contract_signed_by(wallet(2)),
        good,
        good,
        chain.facts(owned_wallet, amount=91 * USDC).contract_signed_by(OWNER),
        chain.facts(owned_wallet, valid_before=1_000).contract_signed_by(OWNER),
    ]
    assert chain.settle_contract_wallets(items).reasons == [
        SettlementReason.INVALID_SIGNATURE,
        SettlementReason.NONE,
        SettlementReason.AUTHORIZATION_USED,
        SettlementReason.INSUFFICIENT_FUNDS,
        SettlementReason.AUTHORIZATION_EXPIRED,
    ]


def test_a_plain_key_may_take_the_other_path_too(chain: GatewayChain) -> None:
    chain.fund([OWNER.address])
    facts = chain.facts(OWNER.address)
    outcome = chain.settle_contract_wallets([facts.contract_signed_by(OWNER)])
    assert outcome.reasons == [SettlementReason.NONE]


def test_fifty_gas_burners_among_two_hundred_cost_the_others_nothing(chain: GatewayChain) -> None:
    wallets = [wallet(number) for number in range(200)]
    chain.fund([account.address for account in wallets])
    burner = chain.web3.to_checksum_address(chain.deploy_testing("GasBurnerWallet"))
    code = chain.web3.eth.get_code(burner).to_0x_hex()
    for account in wallets[::4]:
        chain.node.call("anvil_setCode", account.address, code)
    facts = [chain.facts(account.address) for account in wallets]
    items = [fact.signed_by(account) for fact, account in zip(facts, wallets, strict=True)]
    outcome = chain.settle(items, gas=batch_gas_limit(200, 0, 0))
    assert len(outcome.settled) == 150
    assert set(outcome.rejected) == {fact.intent_id for fact in facts[::4]}
    assert set(outcome.rejected.values()) == {SettlementReason.CONTRACT_WALLET}
    assert chain.balance(TREASURY) == 1_500 * USDC


def test_burners_starve_nobody_in_the_other_path(chain: GatewayChain, owned_wallet: str) -> None:
    burner = chain.deploy_testing("GasBurnerWallet")
    chain.fund([burner])
    burners = [chain.facts(burner).contract_signed_by(OWNER) for _ in range(9)]
    good = chain.facts(owned_wallet)
    outcome = chain.settle_contract_wallets(
        [*burners, good.contract_signed_by(OWNER)], gas=contract_wallets_gas_limit(10)
    )
    assert outcome.reasons == [SettlementReason.OUT_OF_GAS] * 9 + [SettlementReason.NONE]
    assert set(outcome.settled) == {good.intent_id}


def test_the_other_path_stops_where_it_cannot_afford_the_next_item(chain: GatewayChain) -> None:
    burner = chain.deploy_testing("GasBurnerWallet")
    chain.fund([burner])
    items = [chain.facts(burner).contract_signed_by(OWNER) for _ in range(50)]
    outcome = chain.settle_contract_wallets(items)
    attempted = outcome.reasons.count(SettlementReason.OUT_OF_GAS)
    assert outcome.receipt["status"] == 1
    assert 30 < attempted < 50
    assert outcome.reasons[attempted:] == [SettlementReason.NOT_ATTEMPTED] * (50 - attempted)
    assert len(outcome.rejected) == attempted


def test_too_much_return_data_is_not_copied(chain: GatewayChain, owned_wallet: str) -> None:
    bomb = chain.deploy_testing("ReturnBombWallet")
    chain.fund([bomb])
    bombs = [chain.facts(bomb).contract_signed_by(OWNER) for _ in range(9)]
    good = chain.facts(owned_wallet).contract_signed_by(OWNER)
    outcome = chain.settle_contract_wallets([*bombs, good], gas=contract_wallets_gas_limit(10))
    assert outcome.reasons[-1] is SettlementReason.NONE
    assert SettlementReason.NONE not in outcome.reasons[:-1]


def test_code_given_by_eip_7702_after_the_simulation_reroutes(chain: GatewayChain) -> None:
    chain.fund([OWNER.address])
    facts = chain.facts(OWNER.address)
    plain = facts.signed_by(OWNER)
    assert chain.simulate([plain]) == [SettlementReason.NONE]
    delegate(chain, OWNER, chain.deploy_testing("DelegatedWallet"))
    assert chain.settle([plain]).reasons == [SettlementReason.CONTRACT_WALLET]
    outcome = chain.settle_contract_wallets([facts.contract_signed_by(OWNER)])
    assert set(outcome.settled) == {facts.intent_id}


def test_code_given_by_eip_7702_that_burns_gas_starves_nobody(chain: GatewayChain) -> None:
    chain.fund([OWNER.address, wallet(2).address])
    burner, other = chain.facts(OWNER.address), chain.facts(wallet(2).address)
    delegate(chain, OWNER, chain.deploy_testing("GasBurnerWallet"))
    outcome = chain.settle([burner.signed_by(OWNER), other.signed_by(wallet(2))])
    assert outcome.reasons == [SettlementReason.CONTRACT_WALLET, SettlementReason.NONE]
