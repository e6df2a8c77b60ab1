"""A link to an export ends with the rights of who made it, not a minute later."""

from tests.api.caller import OwnProgram, Stage
from tests.api.conftest import deployment, stage
from tests.api.exporting import link
from tests.api.test_roles import admin_of, change
from tests.processes.signing_in import new_wallet

__all__ = ["deployment", "stage"]

CREATE = """mutation ($program: ID!) { createApiKey(programId: $program, name: "x", scopes: [READ], idempotencyKey: "x") {
  apiKey { id } secret } }"""
REVOKE = "mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { code } } }"


async def _fetched(program: OwnProgram, path: str) -> int:
    return (await program.client.get(path)).status_code


async def test_a_revoked_keys_link_opens_nothing(stage: Stage) -> None:
    program = await stage.program()
    made = (await program.ask(CREATE, program=program.id))["createApiKey"]
    reader = OwnProgram(program.client, made["secret"], program.id, program.slug)
    kept, lost = await link(reader, "LEDGER"), await link(reader, "LEDGER")
    assert await _fetched(program, kept) == 200
    revoked = await program.ask(REVOKE, id=made["apiKey"]["id"])
    assert revoked["revokeApiKey"]["userErrors"] == []
    assert await _fetched(program, lost) == 404
    # The place that it took is free again.
    assert await _fetched(program, await link(program, "LEDGER")) == 200


async def test_a_link_of_somebody_who_was_an_admin_opens_nothing(stage: Stage) -> None:
    program, admin = await admin_of(stage)
    assert await change(program, "grantRole", program.id, new_wallet().address) == []
    asking = OwnProgram(program.client, admin.token, program.id, program.slug)
    kept, lost = await link(asking, "AUDIT"), await link(asking, "AUDIT")
    assert await _fetched(program, kept) == 200
    assert await change(program, "revokeRole", program.id, admin.wallet.address) == []
    assert await _fetched(program, lost) == 404
