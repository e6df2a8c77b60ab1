from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.amounts import AmountText
from app.domain.errors import Refusal
from app.domain.terms import TermsText
from app.services.programs.change_programs import (
    UpdateProgram,
    advance_clock,
    pause_program,
    resume_program,
    update_program,
)
from app.services.programs.new_program import check_new_program
from app.services.programs.terms import SetTerms, set_terms
from app.store.programs import find_program_id
from app.store.terms import terms_in_force
from tests.services.refusals import refused
from tests.services.world import (
    FACTS,
    TERMS,
    World,
    key_of,
    program_command,
    treasury_reading,
    wallet,
)


async def test_a_program_has_treasury_terms_admins_and_its_opening_balance(world: World) -> None:
    reading = treasury_reading(USDC=25_000_000, EURC=0)
    made = await world.program(reading, currencies=("USDC", "EURC"))
    [program] = await world.fetch(made.program_id, "SELECT * FROM program")
    assert (program["id"], program["status"], program["test"]) == (made.program_id, "ACTIVE", False)
    [treasury] = await world.fetch(made.program_id, "SELECT * FROM treasury")
    assert treasury["owners"] == list(reading.safe.owners)
    [consumed] = await world.fetch(made.program_id, "SELECT * FROM consumed_through")
    assert (consumed["block_number"], consumed["block_hash"]) == (7, reading.block_hash)
    balances = await world.fetch(made.program_id, "SELECT kind, debits, credits FROM account")
    assert {row["kind"]: row["credits"] - row["debits"] for row in balances} == {
        "DEPOSIT": -25_000_000,
        "PROGRAM": 25_000_000,
    }
    [movement] = await world.fetch(made.program_id, "SELECT * FROM movement")
    assert (movement["log_index"], movement["direction"]) == (-1, "IN")
    [audit] = await world.fetch(made.program_id, "SELECT * FROM audit")
    assert (audit["action"], audit["actor"]) == ("program.created", "api_key:sge_platform")
    assert world.bells.rang == 1


async def test_another_program_sees_nothing_of_it(world: World) -> None:
    first, second = await world.program(treasury_reading(USDC=5)), await world.program()
    for table in ("treasury", "terms", "program_member", "journal", "movement", "audit"):
        rows = await world.fetch(second.program_id, f"SELECT * FROM {table}")
        assert all(row["program_id"] == second.program_id for row in rows)
    async with world.api.read(None) as session:
        assert await find_program_id(session, public_id=first.public_id) == first.program_id


async def test_a_treasury_belongs_to_one_program(world: World) -> None:
    treasury = wallet()
    await world.program(treasury=treasury)
    with refused("TREASURY_TAKEN", "treasury"):
        await world.program(treasury=treasury)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"slug": "Capital"}, "INVALID_INPUT", "slug"),
        ({"slug": "a"}, "INVALID_INPUT", "slug"),
        ({"slug": "ünder"}, "INVALID_INPUT", "slug"),
        ({"slug": "two\nlines"}, "INVALID_INPUT", "slug"),
        ({"name": " "}, "INVALID_INPUT", "name"),
        ({"name": "x" * 201}, "INVALID_INPUT", "name"),
        ({"name": "nul\x00"}, "INVALID_INPUT", "name"),
        ({"name": "half a pair \ud800"}, "INVALID_INPUT", "name"),
        ({"chain_id": 5}, "UNKNOWN_CHAIN", "chainId"),
        ({"chain_id": 1, "test": True}, "INVALID_INPUT", "test"),
        ({"currencies": ()}, "INVALID_INPUT", "currencies"),
        ({"currencies": ("USDC", "USDC")}, "INVALID_INPUT", "currencies"),
        ({"currencies": ("DOGE",)}, "UNSUPPORTED_CURRENCY", "currencies"),
        ({"wallet_cool_down_hours": -1}, "INVALID_INPUT", "walletCoolDownHours"),
        ({"wallet_cool_down_hours": 8761}, "INVALID_INPUT", "walletCoolDownHours"),
        ({"maximum_tree_depth": 0}, "INVALID_INPUT", "maximumTreeDepth"),
        ({"maximum_tree_depth": 129}, "INVALID_INPUT", "maximumTreeDepth"),
    ],
)
def test_bad_program_input(changed: dict[str, Any], code: str, field: str) -> None:
    with refused(code, field):
        check_new_program(program_command(**changed), FACTS)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"commission_levels_bps": (9_901,)}, "INVALID_TERMS", ("commissionLevelsBps",)),
        ({"commission_levels_bps": (-1,)}, "INVALID_TERMS", ("commissionLevelsBps",)),
        ({"commission_levels_bps": (1,) * 33}, "INVALID_TERMS", ("commissionLevelsBps",)),
        ({"platform_fee_bps": -1}, "INVALID_TERMS", ("platformFeeBps",)),
        ({"platform_fee_bps": 10_001}, "INVALID_TERMS", ("platformFeeBps",)),
        ({"holding_period_days": -1}, "INVALID_TERMS", ("holdingPeriodDays",)),
        ({"holding_period_days": 3651}, "INVALID_TERMS", ("holdingPeriodDays",)),
        ({"minimum_payment": AmountText("1001", "USDC")}, "INVALID_TERMS", ("minimumPayment",)),
        (
            {"registration_fee": AmountText("5", "EURC")},
            "UNSUPPORTED_CURRENCY",
            ("registrationFee", "currency"),
        ),
        (
            {"minimum_payout": AmountText("0.0000001", "USDC")},
            "INVALID_INPUT",
            ("minimumPayout", "amount"),
        ),
        (
            {"registration_fee": AmountText("0", "USDC")},
            "AMOUNT_OUT_OF_RANGE",
            ("registrationFee", "amount"),
        ),
    ],
)
async def test_bad_terms(
    changed: dict[str, Any], code: str, field: tuple[str, ...], world: World
) -> None:
    made = await world.program()
    terms = replace(TERMS, **changed)
    with refused(code, "terms", *field):
        await world.run(
            made.program_id,
            set_terms,
            key_of(made.program_id),
            SetTerms(made.program_id, terms, "k"),
        )
    assert len(await world.fetch(made.program_id, "SELECT FROM terms")) == 1
    assert not await world.fetch(made.program_id, "SELECT FROM operation_key")


async def test_terms_begin_when_they_say(world: World) -> None:
    made = await world.program()
    program_id, key = made.program_id, key_of(made.program_id)

    async def fee_at(days: int) -> int:
        async with world.api.read(program_id) as session:
            terms = await terms_in_force(session, program_id, world.now + timedelta(days=days))
        assert terms is not None
        return terms.platform_fee_bps

    later = SetTerms(
        program_id, replace(TERMS, platform_fee_bps=300), "later", world.now + timedelta(days=9)
    )
    first = await world.run(program_id, set_terms, key, later)
    now = SetTerms(program_id, replace(TERMS, platform_fee_bps=200), "now")
    second = await world.run(program_id, set_terms, key, now)
    assert (first.version, second.version) == (2, 3)
    assert [await fee_at(0), await fee_at(8), await fee_at(9)] == [200, 200, 300]
    again = await world.run(program_id, set_terms, key, later)
    assert (again.version, again.replayed) == (2, True)
    spelled = replace(TERMS, platform_fee_bps=300, minimum_payment=AmountText("01.00", "USDC"))
    again = await world.run(program_id, set_terms, key, replace(later, terms=spelled))
    assert (again.version, again.replayed) == (2, True)
    dearer = replace(spelled, minimum_payment=AmountText("1.01", "USDC"))
    with pytest.raises(Refusal, match="setTerms with other arguments") as caught:
        await world.run(program_id, set_terms, key, replace(later, terms=dearer))
    assert caught.value.code == "IDEMPOTENCY_CONFLICT"
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await world.run(program_id, set_terms, key, replace(later, effective_from=None))
    with refused("INVALID_TERMS", "effectiveFrom"):
        past = replace(later, effective_from=world.now - timedelta(seconds=1), idempotency_key="p")
        await world.run(program_id, set_terms, key, past)


@pytest.mark.parametrize("bad", ["", "x" * 129, "tab\t", "é", "newline\n", "nul\x00"])
async def test_bad_idempotency_keys(bad: str, world: World) -> None:
    made = await world.program()
    with refused("INVALID_INPUT", "idempotencyKey"):
        await world.run(
            made.program_id,
            set_terms,
            key_of(made.program_id),
            SetTerms(made.program_id, TermsText((1,)), bad),
        )


async def test_a_program_of_somebody_else_is_not_found(world: World) -> None:
    first, second = await world.program(), await world.program()
    with refused("NOT_FOUND", "programId"):
        await world.run(
            second.program_id,
            update_program,
            key_of(second.program_id),
            UpdateProgram(first.program_id, name="Mine now"),
        )


async def test_updates_change_what_they_name_and_are_audited(world: World) -> None:
    made = await world.program()
    program_id, key = made.program_id, key_of(made.program_id)
    update = UpdateProgram(program_id, name="Renamed", wallet_cool_down_hours=0)
    await world.run(program_id, update_program, key, update)
    await world.run(program_id, update_program, key, update)
    [row] = await world.fetch(program_id, "SELECT * FROM program")
    assert (row["name"], row["wallet_cool_down_hours"], row["version"]) == ("Renamed", 0, 2)
    entries = await world.fetch(program_id, "SELECT * FROM audit WHERE action = 'program.updated'")
    assert [entry["after"] for entry in entries] == [{"name": "Renamed", "walletCoolDownHours": 0}]
    with refused("INVALID_INPUT", "name"):
        await world.run(program_id, update_program, key, replace(update, name=""))


async def test_pausing_and_resuming_name_a_target_state(world: World) -> None:
    made = await world.program()
    program_id, key = made.program_id, key_of(made.program_id)
    for _ in range(2):
        await world.run(program_id, pause_program, key, program_id, "a look at the books")
    [row] = await world.fetch(program_id, "SELECT * FROM program")
    assert (row["status"], row["pause_reason"], row["paused_by"], row["version"]) == (
        "PAUSED",
        "a look at the books",
        key.actor,
        2,
    )
    for _ in range(2):
        await world.run(program_id, resume_program, key, program_id, "all is well")
    [row] = await world.fetch(program_id, "SELECT * FROM program")
    assert (row["status"], row["pause_reason"], row["version"]) == ("ACTIVE", None, 3)
    assert world.bells.jobs_rung.count("settle_intents") == 1
    with refused("INVALID_INPUT", "reason"):
        await world.run(program_id, pause_program, key, program_id, "")


async def test_only_a_test_programs_clock_moves_and_never_back(world: World) -> None:
    real, test = await world.program(), await world.program(test=True)
    later = world.now + timedelta(days=30)
    with refused("NOT_A_TEST_PROGRAM", "programId"):
        await world.run(
            real.program_id, advance_clock, key_of(real.program_id), real.program_id, later
        )
    key = key_of(test.program_id)
    await world.run(test.program_id, advance_clock, key, test.program_id, later)
    world.now += timedelta(hours=1)
    for to in (later, later - timedelta(days=3)):
        await world.run(test.program_id, advance_clock, key, test.program_id, to)
    [row] = await world.fetch(test.program_id, "SELECT clock_offset, version FROM program")
    assert (row["clock_offset"], row["version"]) == (timedelta(days=30), 2)
    with refused("INVALID_INPUT", "to"):
        far = world.now + timedelta(days=40_000)
        await world.run(test.program_id, advance_clock, key, test.program_id, far)
