"""Intents without a chain: free registrations, repeating, retrying, cancelling."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.amounts import AmountText
from app.domain.errors import Unavailable
from app.domain.intents import REGISTRATION
from app.domain.intents.kind import Asked
from app.domain.states import AffiliateStatus
from app.processes.intake.accept_intent import Intake
from app.processes.intake.backlog import BacklogBounds
from app.services.affiliates.change_affiliates import (
    MoveAffiliate,
    SetAffiliateStatus,
    move_affiliate,
    set_affiliate_status,
)
from app.services.intents.change_intents import cancel_intent, retry_intent
from app.services.programs.change_programs import pause_program
from app.services.programs.terms import SetTerms, set_terms
from app.store.database import Database
from tests.services.refusals import refused
from tests.services.registering import fail, intake_of, register, state_of
from tests.services.world import FACTS, TERMS, World, key_of, wallet


async def test_a_registration_is_stored_before_anything_else_happens(world: World) -> None:
    program_id = (await world.program()).program_id
    await world.affiliate(program_id, "ROOT")
    referrer = await world.affiliate(program_id, "REF", "ROOT")
    accepted = await register(world, program_id, "one", referral_code="ref")
    assert (accepted.replayed, accepted.warnings) == (False, ())
    [intent] = await world.fetch(program_id, "SELECT * FROM intent")
    assert intent["id"] == accepted.intent_id
    assert (intent["kind"], intent["amount"], intent["terms_version"]) == ("REGISTRATION", None, 1)
    assert (intent["referrer_id"], intent["referral_code"]) == (referrer.affiliate_id, "REF")
    assert intent["upline"][0] == referrer.affiliate_id
    assert len(intent["upline"]) == 2
    state = await state_of(world, program_id, accepted.intent_id)
    assert (state["status"], state["stage"], state["version"]) == ("PENDING", "QUEUED", 1)
    for table in ("intent_todo", "intent_transition"):
        assert len(await world.fetch(program_id, f"SELECT FROM {table}")) == 1
    [audit] = await world.fetch(program_id, "SELECT * FROM audit WHERE action = 'intent.accepted'")
    assert audit["actor"] == key_of(program_id).actor
    assert world.bells.jobs_rung.count("settle_intents") == 1


async def test_the_same_key_is_the_same_intent(world: World) -> None:
    program_id = (await world.program()).program_id
    address = wallet()
    first = await register(world, program_id, "k", wallet=address)
    again = await register(world, program_id, "k", wallet=address)
    assert (again.intent_id, again.replayed) == (first.intent_id, True)
    for other in ({"wallet": wallet()}, {"wallet": address, "referral_code": "SOMEBODY"}):
        with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
            await register(world, program_id, "k", **other)
    assert len(await world.fetch(program_id, "SELECT FROM intent")) == 1


async def test_a_wallet_registers_once(world: World, worker: Database) -> None:
    program_id = (await world.program()).program_id
    address = wallet()
    first = await register(world, program_id, "one", wallet=address)
    with refused("ALREADY_EXISTS", "wallet"):
        await register(world, program_id, "two", wallet=address)
    await fail(worker, program_id, first.intent_id, retryable=True)
    second = await register(world, program_id, "two", wallet=address)
    assert not second.replayed
    with refused("ALREADY_EXISTS", "wallet"):
        await world.run(program_id, retry_intent, key_of(program_id), first.intent_id, "once more")
    assert (await state_of(world, program_id, first.intent_id))["status"] == "FAILED"


async def test_referral_codes_that_do_not_help_are_warned_about(world: World) -> None:
    program_id = (await world.program()).program_id
    sleeping = await world.affiliate(program_id, "SLEEPING")
    status = SetAffiliateStatus(sleeping.public_id, AffiliateStatus.SUSPENDED, "a look")
    await world.run(program_id, set_affiliate_status, key_of(program_id), status)
    unknown = await register(world, program_id, "a", referral_code="NOBODY")
    asleep = await register(world, program_id, "b", referral_code="SLEEPING")
    assert [(one.code, one.field) for one in unknown.warnings] == [
        ("UNKNOWN_REFERRAL_CODE", ("referralCode",))
    ]
    assert [one.code for one in asleep.warnings] == ["REFERRER_NOT_ACTIVE"]
    rows = await world.fetch(program_id, "SELECT referral_code, upline FROM intent ORDER BY id")
    assert [(row["referral_code"], len(row["upline"])) for row in rows] == [
        (None, 0),
        ("SLEEPING", 1),
    ]


async def test_nobody_refers_themself_or_is_referred_from_below(world: World) -> None:
    program_id = (await world.program()).program_id
    address = wallet()
    await world.affiliate(program_id, "ANN", address=address)
    await world.affiliate(program_id, "BOB", "ANN")
    await world.affiliate(program_id, "CYD", "BOB")
    with refused("SELF_REFERRAL", "referralCode"):
        await register(world, program_id, "a", wallet=address, referral_code="ANN")
    with refused("REFERRAL_CYCLE", "referralCode"):
        await register(world, program_id, "b", wallet=address, referral_code="CYD")
    assert not await world.fetch(program_id, "SELECT FROM intent")
    other = await register(world, program_id, "c", wallet=address)
    assert not other.replayed


async def test_a_move_cannot_put_a_user_above_its_referrer(world: World) -> None:
    program_id = (await world.program()).program_id
    address = wallet()
    await world.affiliate(program_id, "ANN", address=address)
    bob = await world.affiliate(program_id, "BOB")
    await world.affiliate(program_id, "CYD", "BOB")
    await register(world, program_id, "a", wallet=address, referral_code="CYD")
    with refused("REFERRAL_CYCLE", "to"):
        command = MoveAffiliate(bob.public_id, "ANN", "reorganised")
        await world.run(program_id, move_affiliate, key_of(program_id), command)


async def test_a_paused_program_accepts_and_says_so(world: World) -> None:
    program_id = (await world.program()).program_id
    await world.run(program_id, pause_program, key_of(program_id), program_id, "a look")
    accepted = await register(world, program_id, "k")
    assert [one.code for one in accepted.warnings] == ["PROGRAM_PAUSED"]


async def test_the_terms_in_force_are_kept(world: World) -> None:
    program_id = (await world.program()).program_id
    await register(world, program_id, "before")
    new = SetTerms(program_id, replace(TERMS, platform_fee_bps=0), "terms")
    await world.run(program_id, set_terms, key_of(program_id), new)
    await register(world, program_id, "after")
    rows = await world.fetch(program_id, "SELECT terms_version FROM intent ORDER BY id")
    assert [row["terms_version"] for row in rows] == [1, 2]


async def test_a_fee_must_be_paid_and_a_free_registration_not(world: World) -> None:
    terms = replace(TERMS, registration_fee=AmountText("5", "USDC"))
    program_id = (await world.program(terms=terms)).program_id
    with refused("PAYMENT_REQUIRED", "payment"):
        await register(world, program_id, "k")


@pytest.mark.parametrize("bad", ["", "x" * 129, "tab\t", "é", "newline\n", "nul\x00", "\ud800"])
async def test_bad_keys(bad: str, world: World) -> None:
    program_id = (await world.program()).program_id
    with refused("INVALID_INPUT", "idempotencyKey"):
        await register(world, program_id, bad)


async def test_keys_share_one_name_space(world: World) -> None:
    program_id = (await world.program()).program_id
    key = key_of(program_id)
    await world.run(program_id, set_terms, key, SetTerms(program_id, TERMS, "terms"))
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await register(world, program_id, "terms")
    await register(world, program_id, "user")
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await world.run(program_id, set_terms, key, SetTerms(program_id, TERMS, "user"))


async def test_another_programs_credential_finds_nothing(world: World) -> None:
    first, second = await world.program(), await world.program()
    asked = Asked(wallet(), "k")
    stranger = key_of(second.program_id)
    with refused("NOT_FOUND", "programId"):
        await intake_of(world).accept(stranger, first.program_id, REGISTRATION, asked)
    accepted = await register(world, first.program_id, "k")
    for use_case in (retry_intent, cancel_intent):
        with refused("NOT_FOUND", "id"):
            await world.run(
                second.program_id,
                use_case,
                key_of(second.program_id),
                accepted.intent_id,
                "not mine",
            )


async def test_a_full_backlog_answers_replays_only(world: World) -> None:
    program_id, other = (await world.program()).program_id, (await world.program()).program_id
    bounds = BacklogBounds(of_program=3, of_all=5)
    intake = Intake(world.api, world.bells, {}, FACTS, lambda: world.now, bounds=bounds)
    address = wallet()
    await register(world, program_id, "k 0", intake, wallet=address)
    for n in (1, 2):
        world.now += timedelta(seconds=1)
        await register(world, program_id, f"k {n}", intake)
    world.now += timedelta(seconds=1)
    with pytest.raises(Unavailable) as caught:
        await register(world, program_id, "k 3", intake)
    assert caught.value.retry_after_seconds == 10
    assert (await register(world, program_id, "k 0", intake, wallet=address)).replayed
    for n in (0, 1):
        world.now += timedelta(seconds=1)
        await register(world, other, f"k {n}", intake)
    world.now += timedelta(seconds=1)
    with pytest.raises(Unavailable):
        await register(world, other, "k 2", intake)
