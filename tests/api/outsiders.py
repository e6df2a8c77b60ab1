"""Callers who are somebody, and nobody in the programs of a scene; and names of things that exist nowhere."""

from collections.abc import Mapping
from typing import Any

from eth_account import Account

from app.domain.ids import new_id
from schema.ids import decode_any_id, encode_id
from tests.api.caller import Caller, OwnProgram
from tests.api.operations import CALLS
from tests.api.scene import Scene
from tests.api.signed_in import sign_in
from tests.api.test_roles import change
from tests.processes.signing_in import new_wallet

ROLES = ("ADMIN", "CLIENT", "AFFILIATE")
_CLOSE = "UPDATE program SET open_registration = false WHERE slug = $1"
_OWN = "UPDATE treasury SET owners = array_append(owners, $2) WHERE program_id = (SELECT id FROM program WHERE slug = $1)"
_WALLETS = {"user_wallet", "former"}
_TEXT = {"slug"}
# Each answer's own.
_OF_ONE_ANSWER = {"requestId", "position", "retryAfterSeconds", "now", "at"}


async def close(scene: Scene) -> None:
    """Nobody registers themselves in the scene's programs: to wallets they are not there."""
    for program in {one.id: one for one in map(scene.program_of, CALLS)}.values():
        await scene.owner.execute(_CLOSE, program.slug)


async def outsiders(scene: Scene) -> dict[str, Caller]:
    """Keys and wallets of other programs, the wallets with every role there; in one of them, or in two."""
    stage = scene.stage
    one, two = await stage.program(), await stage.program()
    narrow = Caller(stage.client, await stage.key(one.id, ["READ"]))
    everything = await member(scene, {place.id: (place, ROLES) for place in (one, two)})
    owner = new_wallet()
    await scene.owner.execute(_OWN, two.slug, owner.address)
    return {
        "a key with all scopes": one,
        "a key that reads": narrow,
        **{f"{role} of one": await member(scene, {one.id: (one, (role,))}) for role in ROLES},
        "everything in two": everything,
        "owner of a treasury": await sign_in(stage, owner),
        "nobody anywhere": await sign_in(stage),
    }


async def member(scene: Scene, places: Mapping[str, tuple[OwnProgram, tuple[str, ...]]]) -> Caller:
    """A wallet with these roles in these programs."""
    wallet = new_wallet()
    for program, roles in places.values():
        for role in roles:
            assert await change(program, "grantRole", program.id, wallet.address, role) == []
    return await sign_in(scene.stage, wallet)


def nowhere(names: dict[str, str]) -> dict[str, str]:
    """The same names, of nothing: ids of the same types, wallets that nobody holds, a slug that is free."""
    return {name: _of_nothing(name, text) for name, text in names.items()}


def _of_nothing(name: str, text: str) -> str:
    if name in _WALLETS:
        address: str = Account.create().address
        return address
    if name in _TEXT:
        return f"{text}-x"
    known = decode_any_id(text)
    return text if known is None else encode_id(known[0], new_id())


def comparable(answer: Any, names: dict[str, str]) -> Any:
    """An answer without what is each answer's own, and with names for what was named."""
    if isinstance(answer, dict):
        kept = {name: each for name, each in answer.items() if name not in _OF_ONE_ANSWER}
        return {name: comparable(each, names) for name, each in kept.items()}
    if isinstance(answer, list):
        return [comparable(each, names) for each in answer]
    if isinstance(answer, str):
        for name, text in names.items():
            answer = answer.replace(text, f"<{name}>")
    return answer


def codes(answer: Any) -> set[str]:
    """Every error code in an answer."""
    if isinstance(answer, dict):
        own = {answer["code"]} if isinstance(answer.get("code"), str) else set()
        return own.union(*map(codes, answer.values()))
    return set().union(*map(codes, answer)) if isinstance(answer, list) else set()
