"""More than a program, or all of them together, may have waiting: new intents wait outside, known ones are answered."""

from eth_account import Account

from app.processes.intake.backlog import BacklogBounds
from tests.api.caller import OwnProgram, Stage

_REGISTER = """
mutation ($input: RegisterUserInput!) {
  registerUser(input: $input) { intent { id } replayed userErrors { code } }
}
"""


async def test_a_full_program_is_told_when_to_come_again(stage: Stage) -> None:
    full, other = await stage.program(), await stage.program()
    stage.process.intake._backlog.bounds = BacklogBounds(of_program=1, of_all=100)
    first = _asked(full, "first")
    assert (await full.ask(_REGISTER, input=first))["registerUser"]["intent"]
    stage.process.intake._backlog._full.clear()  # what it knows is a second old at most
    [error] = (await full.answer(_REGISTER, input=_asked(full, "second")))["errors"]
    assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert error["extensions"]["retryAfterSeconds"] == 10
    assert (await full.ask(_REGISTER, input=first))["registerUser"]["replayed"]
    assert (await other.ask(_REGISTER, input=_asked(other, "its own")))["registerUser"]["intent"]


async def test_when_all_together_are_too_many_everybody_is_told(stage: Stage) -> None:
    busy, quiet = await stage.program(), await stage.program()
    first = _asked(busy, "first")
    assert (await busy.ask(_REGISTER, input=first))["registerUser"]["intent"]
    stage.process.intake._backlog.bounds = BacklogBounds(of_program=100, of_all=2)
    assert (await quiet.ask(_REGISTER, input=_asked(quiet, "first")))["registerUser"]["intent"]
    stage.process.intake._backlog._full.clear()
    for program in (busy, quiet):
        [error] = (await program.answer(_REGISTER, input=_asked(program, "more")))["errors"]
        assert error["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        assert error["extensions"]["retryAfterSeconds"] == 10
    assert (await busy.ask(_REGISTER, input=first))["registerUser"]["replayed"]


def _asked(program: OwnProgram, key: str) -> dict[str, str]:
    return {"programId": program.id, "wallet": Account.create().address, "idempotencyKey": key}
