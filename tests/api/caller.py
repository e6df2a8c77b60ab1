"""Clients of the API in tests, and the programs that they start from."""

from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
from eth_account import Account

from app.api_runtime import ApiProcess
from app.chain.deploy import Deployment, create_safe
from tests.contracts.gateway_chain import DEPLOYER_KEY

_NUMBERS = count(1)
ALL_SCOPES = ["READ", "WRITE_INTENTS", "MANAGE_AFFILIATES", "MANAGE_PAYOUTS", "MANAGE_PROGRAM"]
CREATE_PROGRAM = """
mutation ($input: CreateProgramInput!) {
  createProgram(input: $input) { program { id slug } userErrors { code message field } }
}
"""
CREATE_KEY = """
mutation ($program: ID, $scopes: [ApiScope!]!, $key: String!) {
  createApiKey(programId: $program, name: "test", scopes: $scopes, idempotencyKey: $key) {
    apiKey { id } secret replayed userErrors { code message field }
  }
}
"""
REGISTER_AFFILIATE = """
mutation ($input: RegisterAffiliateInput!) {
  registerAffiliate(input: $input) {
    affiliate { id referralCode depth wallet } userErrors { code message field }
  }
}
"""


class GraphQLFailed(AssertionError):
    """The answer has top-level errors."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.codes = [error["extensions"]["code"] for error in errors]
        self.errors = errors


@dataclass
class Caller:
    """One credential."""

    client: httpx.AsyncClient
    token: str | None

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole response map."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        response = await self.client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers
        )
        body: dict[str, Any] = response.json()
        return body

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """`data`; raises GraphQLFailed when there are errors."""
        body = await self.answer(query, **variables)
        if body.get("errors"):
            raise GraphQLFailed(body["errors"])
        data: dict[str, Any] = body["data"]
        return data


@dataclass
class OwnProgram(Caller):
    """A program and a key of it with all scopes."""

    id: str
    slug: str

    async def affiliate(self, code: str, parent: str | None = None) -> dict[str, Any]:
        """A new affiliate."""
        wallet = Account.create().address
        given = {"programId": self.id, "wallet": wallet, "referralCode": code}
        if parent is not None:
            given["parentReferralCode"] = parent
        payload = (await self.ask(REGISTER_AFFILIATE, input=given))["registerAffiliate"]
        assert payload["userErrors"] == []
        affiliate: dict[str, Any] = payload["affiliate"]
        return affiliate


@dataclass
class Stage:
    """Everything that a test of the API starts from. handmade_events: the test records some of its own."""

    process: ApiProcess
    client: httpx.AsyncClient
    platform: Caller
    rpc: str
    deployment: Deployment
    handmade_events: bool = False

    async def safe(self) -> str:
        """A fresh Safe, 2 of 3."""
        owners = [Account.create().address for _ in range(3)]
        return await create_safe(
            self.rpc, DEPLOYER_KEY, self.deployment, owners, threshold=2, salt_nonce=next(_NUMBERS)
        )

    async def program_input(self, **changed: Any) -> dict[str, Any]:
        """What creates a program with three levels of commission and one per cent of fee."""
        return {
            "slug": f"program-{next(_NUMBERS)}",
            "name": "A program",
            "treasury": await self.safe(),
            "chainId": "31337",
            "currencies": ["USDC"],
            "terms": {
                "platformFeeBps": 100,
                "commissionLevelsBps": [1000, 500, 200],
                "minimumPayment": {"amount": "1", "currency": "USDC"},
                "maximumPayment": {"amount": "1000", "currency": "USDC"},
            },
            "adminWallets": [],
            "test": True,
        } | changed

    async def program(self, scopes: list[str] | None = None, **changed: Any) -> OwnProgram:
        """A new program."""
        given = await self.program_input(**changed)
        payload = (await self.platform.ask(CREATE_PROGRAM, input=given))["createProgram"]
        assert payload["userErrors"] == [], payload["userErrors"]
        program = payload["program"]
        token = await self.key(program["id"], scopes or ALL_SCOPES)
        return OwnProgram(self.client, token, program["id"], program["slug"])

    async def key(self, program_id: str | None, scopes: list[str]) -> str:
        """The token of a new key."""
        made = await self.platform.ask(
            CREATE_KEY, program=program_id, scopes=scopes, key=f"key-{next(_NUMBERS)}"
        )
        assert made["createApiKey"]["userErrors"] == []
        token: str = made["createApiKey"]["secret"]
        return token
