"""What a paying customer does: register, sign payments, submit them; all through the public API."""

import secrets
from typing import Any

from eth_account import Account

from sge.demo.api import Api
from sge.demo.programs import CURRENCY
from sge.demo.wallets import account

_AUTHORIZATION = """
query Authorization(
  $program: ID!, $kind: IntentKind!, $wallet: Address!, $amount: MoneyInput!, $key: String!
) {
  paymentAuthorization(
    programId: $program, kind: $kind, wallet: $wallet, amount: $amount, idempotencyKey: $key
  ) { typedData validAfter validBefore }
}
"""
_REGISTER = """
mutation Register($input: RegisterUserInput!) {
  registerUser(input: $input) { intent { id status } userErrors { code message field } }
}
"""
_USER = """
query User($by: ProgramWallet!) { user(by: $by) { registeredAt } }
"""
_PAY = """
mutation Pay($input: SubmitPaymentInput!) {
  submitPayment(input: $input) { intent { id status } userErrors { code message field } }
}
"""


class Shopper:
    """One wallet as a customer of one program; raises ApiRefusal when the API refuses."""

    def __init__(self, api: Api, program_id: str, private_key: str) -> None:
        self._api = api
        self._program_id = program_id
        self._private_key = private_key
        self.address: str = account(private_key).address

    async def register(self, referral_code: str | None, fee: str | None) -> str:
        """Asks for the identity, with the registration fee when there is one; the intent's id."""
        key = f"register-{self.address}"
        wanted: dict[str, Any] = {
            "programId": self._program_id,
            "wallet": self.address,
            "referralCode": referral_code,
            "idempotencyKey": key,
        }
        if fee is not None:
            wanted["payment"] = await self._sign("REGISTRATION", fee, key)
        made = await self._api.mutate("registerUser", _REGISTER, input=wanted)
        return str(made["intent"]["id"])

    async def is_registered(self) -> bool:
        """Whether the registration is final: before that, nothing can be paid."""
        by = {"programId": self._program_id, "wallet": self.address}
        user = (await self._api.query(_USER, by=by))["user"]
        return user is not None and user["registeredAt"] is not None

    async def pay(self, amount: str, key: str | None = None) -> str:
        """Signs and submits a payment of so many major units; the intent's id. key: the same one is the same payment."""
        key = key or f"pay-{secrets.token_hex(12)}"
        wanted = {
            "programId": self._program_id,
            "wallet": self.address,
            "amount": {"amount": amount, "currency": CURRENCY},
            "idempotencyKey": key,
            "authorization": await self._sign("PAYMENT", amount, key),
        }
        made = await self._api.mutate("submitPayment", _PAY, input=wanted)
        return str(made["intent"]["id"])

    async def _sign(self, kind: str, amount: str, key: str) -> dict[str, str]:
        asked = await self._api.query(
            _AUTHORIZATION,
            program=self._program_id,
            kind=kind,
            wallet=self.address,
            amount={"amount": amount, "currency": CURRENCY},
            key=key,
        )
        document = asked["paymentAuthorization"]
        signed = Account.sign_typed_data(self._private_key, full_message=document["typedData"])
        return {
            "validAfter": document["validAfter"],
            "validBefore": document["validBefore"],
            "signature": f"0x{bytes(signed.signature).hex()}",
        }
