"""Creates the demo's programs, keys and affiliate trees through the public API."""

import uuid
from typing import Any

from sge.demo.api import Api
from sge.demo.chain import DemoChain
from sge.demo.programs import CURRENCY, PROGRAMS, ProgramPlan
from sge.demo.wallets import DemoKeys, ProgramKeys, account, described
from sge.embedded.anvil import CHAIN_ID

_CREATE_PROGRAM = """
mutation CreateProgram($input: CreateProgramInput!) {
  createProgram(input: $input) {
    program { id slug treasury { address } }
    userErrors { code message field }
  }
}
"""
_CREATE_KEY = """
mutation CreateKey($program: ID!, $scopes: [ApiScope!]!, $key: String!) {
  createApiKey(programId: $program, name: "demo", scopes: $scopes, idempotencyKey: $key) {
    secret
    userErrors { code message field }
  }
}
"""
_REGISTER_AFFILIATE = """
mutation RegisterAffiliate($input: RegisterAffiliateInput!) {
  registerAffiliate(input: $input) {
    affiliate { id referralCode }
    userErrors { code message field }
  }
}
"""
ALL_SCOPES = ["READ", "WRITE_INTENTS", "MANAGE_AFFILIATES", "MANAGE_PAYOUTS", "MANAGE_PROGRAM"]


async def create_tenants(
    url: str, operator_key: str, keys: DemoKeys, chain: DemoChain
) -> list[dict[str, Any]]:
    """The programs as .sge/demo.json lists them; safe to repeat until its result is stored."""
    async with Api(url, operator_key) as operator:
        return [
            await _create_tenant(url, operator, plan, program_keys, treasury)
            for plan, program_keys, treasury in zip(
                PROGRAMS, keys.programs, chain.treasuries, strict=True
            )
        ]


async def _create_tenant(
    url: str, operator: Api, plan: ProgramPlan, keys: ProgramKeys, treasury: str
) -> dict[str, Any]:
    program = await _create_program(operator, plan, keys, treasury)
    # A secret is shown once, so an interrupted run makes a new key instead of repeating.
    made = await operator.mutate(
        "createApiKey",
        _CREATE_KEY,
        program=program["id"],
        scopes=ALL_SCOPES,
        key=f"demo-{uuid.uuid4()}",
    )
    async with Api(url, made["secret"]) as tenant:
        affiliates = await _register_affiliates(tenant, plan, program["id"], keys.affiliates)
    return {
        "id": program["id"],
        "slug": plan.slug,
        "currency": CURRENCY,
        "treasury": program["treasury"]["address"],
        "test": plan.test,
        "apiKey": made["secret"],
        "owners": [described(key) for key in keys.owners],
        "affiliates": affiliates,
    }


async def _create_program(
    operator: Api, plan: ProgramPlan, keys: ProgramKeys, treasury: str
) -> dict[str, Any]:
    wanted = {
        "slug": plan.slug,
        "name": plan.name,
        "treasury": treasury,
        "chainId": str(CHAIN_ID),
        "currencies": [CURRENCY],
        "terms": plan.terms(),
        "adminWallets": [account(keys.owners[0]).address],
        "test": plan.test,
    }
    made = await operator.mutate("createProgram", _CREATE_PROGRAM, input=wanted)
    return dict(made["program"])


async def _register_affiliates(
    tenant: Api, plan: ProgramPlan, program_id: str, keys: list[str]
) -> list[dict[str, str]]:
    listed = []
    for member, key in zip(plan.affiliates, keys, strict=True):
        wanted = {
            "programId": program_id,
            "wallet": account(key).address,
            "parentReferralCode": member.parent,
            "referralCode": member.code,
            "displayName": member.name,
        }
        await tenant.mutate("registerAffiliate", _REGISTER_AFFILIATE, input=wanted)
        listed.append({"referralCode": member.code, **described(key)})
    return listed
