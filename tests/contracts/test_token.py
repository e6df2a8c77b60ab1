"""The test dollar behaves like USDC 2.2: windows, payee, both overloads, permit, ERC-1271."""

from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from web3.exceptions import ContractLogicError

from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import FAR_FUTURE, USDC, wallet
from tests.vectors.vector_files import load, unhex

PAYER, PAYEE = wallet(1), wallet(2)
VECTORS = load("eip3009")
AUTHORIZED = "address,address,uint256,uint256,uint256,bytes32"
FORMS = ["bytes", "uint8,bytes32,bytes32"]


@pytest.fixture(autouse=True)
def payer_is_funded(chain: GatewayChain) -> None:
    chain.fund([PAYER.address])


def signed(
    chain: GatewayChain, primary_type: str, message: dict[str, Any], signer: LocalAccount = PAYER
) -> bytes:
    """What that key signs for the test dollar, by the types that Circle publishes."""
    fields = [part.split(" ") for part in VECTORS["types"][primary_type].split(",")]
    types = {primary_type: [{"name": name, "type": kind} for kind, name in fields]}
    domain = {
        "name": chain.domain.name,
        "version": chain.domain.version,
        "chainId": chain.domain.chain_id,
        "verifyingContract": chain.domain.token,
    }
    return bytes(signer.sign_typed_data(domain, types, message).signature)


def in_form(form: str, signature: bytes) -> tuple[object, ...]:
    if form == "bytes":
        return (signature,)
    return (signature[64], signature[:32], signature[32:64])


def authorized(
    chain: GatewayChain,
    name: str,
    form: str = "bytes",
    signer: LocalAccount = PAYER,
    **changed: Any,
) -> Any:
    """A call of transfer- or receiveWithAuthorization, signed over what it says."""
    message = {
        "from": PAYER.address,
        "to": PAYEE.address,
        "value": USDC,
        "validAfter": 0,
        "validBefore": FAR_FUTURE,
        "nonce": bytes(range(32)),
        **changed,
    }
    signature = signed(chain, name[0].upper() + name[1:], message, signer)
    function = chain.token.get_function_by_signature(f"{name}({AUTHORIZED},{form})")
    return function(*message.values(), *in_form(form, signature))


def refused(function: Any, message: str, sender: str = PAYEE.address) -> None:
    with pytest.raises(ContractLogicError, match=message):
        function.call({"from": sender})


def test_its_type_hashes_are_circles(chain: GatewayChain) -> None:
    for name, type_hash in VECTORS["typehashes"].items():
        assert chain.token.get_function_by_name(name)().call() == unhex(type_hash)
    assert chain.token.functions.version().call() == "2"


@pytest.mark.parametrize("form", FORMS)
def test_anybody_may_submit_a_transfer_once(chain: GatewayChain, form: str) -> None:
    transfer = authorized(chain, "transferWithAuthorization", form)
    assert chain.send(transfer, chain.stranger)["status"] == 1
    assert chain.balance(PAYEE.address) == USDC
    assert chain.token.functions.authorizationState(PAYER.address, bytes(range(32))).call()
    refused(transfer, "authorization is used or canceled")


@pytest.mark.parametrize("form", FORMS)
def test_only_the_payee_may_submit_a_receive(chain: GatewayChain, form: str) -> None:
    receive = authorized(chain, "receiveWithAuthorization", form)
    refused(receive, "caller must be the payee", chain.stranger.address)
    receive.call({"from": PAYEE.address})


def test_both_ends_of_the_window_are_outside(chain: GatewayChain) -> None:
    start, end = 2**33, 2**33 + 10
    transfer = authorized(chain, "transferWithAuthorization", validAfter=start, validBefore=end)
    for instant, accepted in ((start, False), (start + 1, True), (end - 1, True), (end, False)):
        snapshot = chain.node.call("evm_snapshot")
        chain.node.call("evm_setNextBlockTimestamp", instant)
        receipt = chain.send(transfer, chain.stranger)
        assert chain.web3.eth.get_block(receipt["blockNumber"])["timestamp"] == instant
        assert receipt["status"] == int(accepted), instant
        chain.node.call("evm_revert", snapshot)


def test_another_key_cannot_sign_for_the_payer(chain: GatewayChain) -> None:
    for form in FORMS:
        forged = authorized(chain, "transferWithAuthorization", form, PAYEE)
        refused(forged, "invalid signature")


@pytest.mark.parametrize("form", FORMS)
def test_a_contract_wallets_code_is_asked(chain: GatewayChain, form: str) -> None:
    owned = chain.deploy_testing("OwnedWallet", PAYER.address)
    chain.fund([owned])
    changed: dict[str, Any] = {"from": owned}
    authorized(chain, "transferWithAuthorization", form, **changed).call()
    refused(
        authorized(chain, "transferWithAuthorization", form, PAYEE, **changed),
        "invalid signature",
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_cancelled_authorisation_is_worthless(chain: GatewayChain, form: str) -> None:
    message = {"authorizer": PAYER.address, "nonce": bytes(range(32))}
    cancel = chain.token.get_function_by_signature(f"cancelAuthorization(address,bytes32,{form})")
    forged = signed(chain, "CancelAuthorization", message, PAYEE)
    refused(cancel(*message.values(), *in_form(form, forged)), "invalid signature")
    signature = signed(chain, "CancelAuthorization", message)
    chain.send(cancel(*message.values(), *in_form(form, signature)))
    refused(authorized(chain, "transferWithAuthorization"), "used or canceled")


@pytest.mark.parametrize("form", FORMS)
def test_a_permit_gives_an_allowance_once(chain: GatewayChain, form: str) -> None:
    message = {
        "owner": PAYER.address,
        "spender": PAYEE.address,
        "value": 5 * USDC,
        "nonce": 0,
        "deadline": FAR_FUTURE,
    }
    fields = (PAYER.address, PAYEE.address, 5 * USDC, FAR_FUTURE)
    permit = chain.token.get_function_by_signature(
        f"permit(address,address,uint256,uint256,{form})"
    )
    call = permit(*fields, *in_form(form, signed(chain, "Permit", message)))
    chain.send(call, chain.stranger)
    assert chain.token.functions.allowance(PAYER.address, PAYEE.address).call() == 5 * USDC
    refused(call, "invalid signature")
    late = {**message, "nonce": 1, "deadline": 1}
    expired = permit(*fields[:3], 1, *in_form(form, signed(chain, "Permit", late)))
    refused(expired, "permit is expired")


def test_only_its_owner_mints_and_blocks(chain: GatewayChain) -> None:
    functions, stranger = chain.token.functions, chain.stranger.address
    for function in (
        functions.mint(stranger, 1),
        functions.mintMany([stranger], [1]),
        functions.blacklist(stranger),
        functions.unBlacklist(stranger),
        functions.pause(),
    ):
        with pytest.raises(ContractLogicError):
            function.call({"from": stranger})


def test_a_blacklisted_account_may_come_back(chain: GatewayChain) -> None:
    transfer = authorized(chain, "transferWithAuthorization")
    chain.send(chain.token.functions.blacklist(PAYEE.address))
    refused(transfer, "Blacklistable: account is blacklisted")
    chain.send(chain.token.functions.unBlacklist(PAYEE.address))
    transfer.call()
