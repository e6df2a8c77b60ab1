"""A key that starts intents sees what it started, and not what its user did before."""

from eth_account import Account

from tests.api.caller import Caller, Stage

REGISTER = """
mutation ($input: RegisterUserInput!) {
  registerUser(input: $input) {
    intent { id status user { intents { nodes { id } } } } userErrors { code }
  }
}
"""


async def test_a_key_without_read_gets_no_way_to_a_users_history(stage: Stage) -> None:
    program = await stage.program()
    writer = Caller(stage.client, await stage.key(program.id, ["WRITE_INTENTS"]))
    given = {"programId": program.id, "wallet": Account.create().address, "idempotencyKey": "w"}
    started = (await writer.ask(REGISTER, input=given))["registerUser"]
    assert started["intent"]["status"] == "PENDING"
    assert started["intent"]["user"] is None
    seen = (await program.ask(REGISTER, input=given))["registerUser"]
    assert seen["intent"]["user"]["intents"]["nodes"] == [{"id": started["intent"]["id"]}]
