"""What the gateway does with good items of plain keys."""

from app.chain.gas import batch_gas_limit
from app.chain.settlement_reason import SettlementReason
from tests.contracts.gateway_chain import TREASURY, GatewayChain
from tests.contracts.items import OTHER_PROGRAM, USDC, ChainKind, wallet


def test_a_payment_reaches_its_treasury_and_is_logged(chain: GatewayChain) -> None:
    chain.fund([wallet(1).address])
    before = chain.balance(TREASURY)
    facts = chain.facts(wallet(1).address, amount=7 * USDC)
    outcome = chain.settle([facts.signed_by(wallet(1))])
    assert outcome.reasons == [SettlementReason.NONE]
    assert chain.balance(TREASURY) - before == 7 * USDC
    assert chain.balance(wallet(1).address) == 93 * USDC
    assert chain.balance(chain.deployment.gateway) == 1
    assert outcome.rejected == {}
    assert outcome.settled == {
        facts.intent_id: {
            "intentId": facts.intent_id,
            "program": facts.program,
            "treasury": TREASURY,
            "wallet": wallet(1).address,
            "token": chain.deployment.token,
            "amount": 7 * USDC,
            "nonce": facts.nonce,
            "tokenId": 0,
        }
    }


def test_a_registration_with_a_fee_pays_and_mints(chain: GatewayChain) -> None:
    chain.fund([wallet(1).address])
    facts = chain.facts(wallet(1).address, kind=ChainKind.REGISTRATION, amount=USDC)
    outcome = chain.settle([facts.signed_by(wallet(1))])
    token_id = chain.identity.functions.tokenIdOf(facts.program, wallet(1).address).call()
    assert outcome.settled[facts.intent_id]["tokenId"] == token_id
    assert outcome.settled[facts.intent_id]["amount"] == USDC
    assert chain.identity.functions.ownerOf(token_id).call() == wallet(1).address
    assert chain.balance(wallet(1).address) == 99 * USDC


def test_a_registration_without_a_fee_mints_only(chain: GatewayChain) -> None:
    facts = chain.facts(wallet(1).address, kind=ChainKind.REGISTRATION, amount=0)
    outcome = chain.settle([facts.signed_by(wallet(1))])
    logged = outcome.settled[facts.intent_id]
    assert (logged["amount"], logged["nonce"], int(logged["token"], 16)) == (0, bytes(32), 0)
    assert chain.identity.functions.hasIdentity(facts.program, wallet(1).address).call()


def test_a_wallet_has_one_identity_in_each_program(chain: GatewayChain) -> None:
    def register(**changed: object) -> tuple[object, ...]:
        facts = chain.facts(wallet(1).address, kind=ChainKind.REGISTRATION, amount=USDC, **changed)
        return facts.signed_by(wallet(1))

    chain.fund([wallet(1).address])
    first = chain.settle([register()])
    again = chain.settle([register(), register(program=OTHER_PROGRAM)])
    assert first.reasons == [SettlementReason.NONE]
    assert again.reasons == [SettlementReason.IDENTITY_EXISTS, SettlementReason.NONE]
    # Payment and mint happen together or not at all.
    assert chain.balance(wallet(1).address) == 98 * USDC


def test_two_hundred_payments_fit_one_transaction(chain: GatewayChain) -> None:
    wallets = [wallet(number) for number in range(200)]
    chain.fund([account.address for account in wallets])
    items = [chain.facts(account.address).signed_by(account) for account in wallets]
    outcome = chain.settle(items, gas=batch_gas_limit(200, 0, 0))
    assert len(outcome.settled) == 200
    assert chain.balance(TREASURY) == 2_000 * USDC
