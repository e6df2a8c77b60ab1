"""Clients, people and workers act on the intents of one program; a small model says what must come of it."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from eth_account import Account
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from app.chain.client import Chain
from app.domain.amounts import AmountText
from app.domain.authorization_window import SignedAuthorization
from app.domain.intent_failures import IntentFailure, IntentFailureCode
from app.domain.intents import REGISTRATION
from app.domain.intents.kind import Asked
from app.processes.intake.accept_intent import (
    AcceptedIntent,
    AskPaymentAuthorization,
    Intake,
)
from app.services.execute import execute
from app.services.intents.change_intents import cancel_intent, retry_intent
from app.services.intents.fail_unsigned import fail_unsigned
from app.services.programs.change_programs import pause_program
from app.store.database import Database
from app.store.intents import claims, unsigned
from tests.fixtures.databases import Database as OwnDatabase
from tests.services.intent_model import STATES, Expected, Tally, code_of
from tests.services.world import CHAIN_ID, FACTS, TERMS, World, key_of

T = TypeVar("T")
KEYS = [f"key {n}" for n in range(5)]
PEOPLE = [Account.from_key(bytes([n + 1]) * 32) for n in range(4)]
FEE = AmountText("5", "USDC")
VALID_FOR = 3600
MARGIN = timedelta(seconds=60)


class Intents(RuleBasedStateMachine):
    """One program, four wallets, five keys."""

    dsn: OwnDatabase
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.model: dict[str, Expected] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(person=st.integers(1, 3), times=st.sampled_from([1, 4]))
    def begin(self, person: int, times: int) -> None:
        """Every run has an affiliate that refers itself, refused, and a customer of it: rules may be left out by chance."""
        self.run(self._begin())
        self._ask(KEYS[0], 0, "REF", again=False, times=times)
        self._ask(KEYS[0], person, "REF", again=False, times=times)

    async def _begin(self) -> None:
        self.api = await Database.connect(self.dsn.dsn("sge_api"))
        self.worker = await Database.connect(self.dsn.dsn("sge_worker"))
        self.world = World(self.api)
        terms = TERMS.__class__(commission_levels_bps=(100,), registration_fee=FEE)
        made = await self.world.program(terms=terms, chain_id=CHAIN_ID)
        self.program_id = made.program_id
        await self.world.affiliate(self.program_id, "REF", address=PEOPLE[0].address)
        # Nobody answers there, so funds are never checked.
        self.chain = Chain(CHAIN_ID, ["http://127.0.0.1:9"])
        self.intake = Intake(
            self.api, self.world.bells, {CHAIN_ID: self.chain}, FACTS, lambda: self.world.now
        )

    def teardown(self) -> None:
        if hasattr(self, "chain"):
            # Workers leave a paused program alone, so what this run left is not the next one's.
            paused = self.world.run(
                self.program_id,
                pause_program,
                key_of(self.program_id),
                self.program_id,
                "the run is over",
            )
            self.run(paused)
            self.run(self.chain.close())
            self.run(self.api.close())
            self.run(self.worker.close())
        self.loop.close()

    @rule(
        key=st.sampled_from(KEYS),
        person=st.integers(0, 3),
        code=st.sampled_from([None, "REF", "NOBODY"]),
        again=st.booleans(),
        times=st.sampled_from([1, 1, 1, 4]),
    )
    def ask(self, key: str, person: int, code: str | None, again: bool, times: int) -> None:
        """A client registers a wallet, perhaps several times at once; again: with a signature given before."""
        self._ask(key, person, code, again=again, times=times)

    @precondition(lambda self: any(one.retryable for one in self.model.values()))
    @rule(data=st.data(), again=st.booleans())
    def ask_after_a_failure(self, data: st.DataObject, again: bool) -> None:
        """The same request once more, mostly with a new signature."""
        failed = sorted(key for key, one in self.model.items() if one.retryable)
        key = data.draw(st.sampled_from(failed))
        person, code = self.model[key].meaning
        self._ask(key, person, code, again=again, times=2)

    def _ask(self, key: str, person: int, code: str | None, *, again: bool, times: int) -> None:
        known = self.model.get(key)
        signed = known.signatures[-1] if known and again else self.run(self._sign(person, key))
        asked = Asked(PEOPLE[person].address, key, code, authorization=signed)
        authority = key_of(self.program_id)
        register = partial(self.intake.accept, authority, self.program_id, REGISTRATION, asked)
        answers = self.run(self._all([register() for _ in range(times)]))
        self.tally.asked += 1
        expected = self._refusal(key, person, code, signed)
        if expected is not None:
            self.tally.seen.add(expected)
            assert [code_of(one) for one in answers] == [expected] * times
            return
        accepted = [one for one in answers if isinstance(one, AcceptedIntent)]
        assert len(accepted) == times, answers
        assert len({one.intent_id for one in accepted}) == 1
        warned = [{w.code.value for w in one.warnings} for one in accepted]
        assert all(("UNKNOWN_REFERRAL_CODE" in one) == (code == "NOBODY") for one in warned)
        if known is None:
            assert [one.replayed for one in accepted].count(False) == 1
            self.model[key] = Expected(accepted[0].intent_id, (person, code), [signed])
            self.tally.accepted += 1
            return
        assert accepted[0].intent_id == known.id
        assert all(one.replayed for one in accepted)
        revives = known.retryable and signed not in known.signatures
        assert sum("REAUTHORISED" in one for one in warned) == int(revives)
        if revives:
            known.signatures.append(signed)
            self._revive(known)

    def _refusal(
        self, key: str, person: int, code: str | None, signed: SignedAuthorization
    ) -> str | None:
        known = self.model.get(key)
        if known is not None:
            if known.meaning != (person, code):
                return "IDEMPOTENCY_CONFLICT"
            if not known.retryable or signed in known.signatures:
                return None
            return "ALREADY_EXISTS" if self._place_taken(person) else None
        if self._place_taken(person):
            return "ALREADY_EXISTS"
        return "SELF_REFERRAL" if (person, code) == (0, "REF") else None

    def _place_taken(self, person: int) -> bool:
        return any(one.active and one.meaning[0] == person for one in self.model.values())

    @rule(limit=st.integers(1, 3), then=st.sampled_from(["holds", "fails", "fails", "back"]))
    def claim(self, limit: int, then: str) -> None:
        """A worker takes what is due; then: what it does with all of it at once, if anything."""
        now = self.world.now
        asked = claims.Claim(
            chain_id=CHAIN_ID,
            rerouted=False,
            limit=limit,
            holder="worker",
            actor="job",
            now=now,
            until=now + timedelta(seconds=30),
            settles_after=now + MARGIN,
        )
        taken = self.run(
            execute(self.worker, self.world.bells, None, partial(claims.claim, asked=asked))
        )
        mine = [one for one in taken if one.program_id == self.program_id]
        for one in mine:
            known = next(e for e in self.model.values() if e.id == one.intent_id)
            assert known.status == "PENDING"
            assert one.signature == known.signatures[-1].signature
            known.status, known.claimed = "PROCESSING", one
            known.version += 1
            assert one.version == known.version
        due = [
            one
            for one in self.model.values()
            if one.status == "PENDING" and self._ends(one) > now + MARGIN
        ]
        assert len(mine) == limit or not due
        for one in mine if then != "holds" else ():
            self._finish(next(e for e in self.model.values() if e.id == one.intent_id), then)

    @precondition(lambda self: any(one.claimed for one in self.model.values()))
    @rule(data=st.data(), how=st.sampled_from(["back", "fails", "fails for good"]))
    def finish(self, data: st.DataObject, how: str) -> None:
        """The worker could not sign; a late second word of it changes nothing."""
        held = [one for one in self.model.values() if one.claimed]
        self._finish(data.draw(st.sampled_from(held)), how)

    def _finish(self, known: Expected, how: str) -> None:
        for told in (1, 0):
            assert self.run(self._tell(known, how)) == told
        known.version += 1
        known.claimed = None
        known.status = "PENDING" if how == "back" else "FAILED"
        if how != "back":
            known.code, known.retryable = "REJECTED", how == "fails"

    async def _tell(self, known: Expected, how: str) -> int:
        held, now = known.claimed, self.world.now
        if how == "back":
            back = unsigned.GivenBack(
                held.program_id, held.intent_id, held.version, now, "given back"
            )
            use_case: Any = partial(unsigned.give_back, back=[back], actor="job", at=now)
        else:
            failure = IntentFailure(IntentFailureCode.REJECTED, "no", how == "fails")
            refused = unsigned.Refused(held.program_id, held.intent_id, held.version, failure)
            use_case = partial(fail_unsigned, refused=[refused], actor="job", at=now)
        done: int = await execute(self.worker, self.world.bells, None, use_case)
        return done

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        known = self.model[data.draw(st.sampled_from(sorted(self.model)))]
        outcome = self.run(self._by_hand(cancel_intent, known))
        if known.code == "CANCELLED":
            assert outcome is None
        elif known.status != "PENDING":
            assert code_of(outcome) == "INVALID_STATE"
        else:
            assert outcome is None
            known.status, known.code, known.retryable = "FAILED", "CANCELLED", False
            known.version += 1

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        known = self.model[data.draw(st.sampled_from(sorted(self.model)))]
        outcome = self.run(self._by_hand(retry_intent, known))
        if known.status != "FAILED":
            assert outcome is None
        elif not known.retryable or self._ends(known) <= self.world.now + MARGIN:
            assert code_of(outcome) == "NOT_RETRYABLE"
        elif self._place_taken(known.meaning[0]):
            assert code_of(outcome) == "ALREADY_EXISTS"
        else:
            assert outcome is None
            self._revive(known)

    @rule(minutes=st.sampled_from([1, 20, 50]))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @invariant()
    def tables_say_what_the_model_says(self) -> None:
        if not hasattr(self, "intake"):
            return
        rows = {row["key"]: row for row in self.run(self.world.fetch(self.program_id, STATES))}
        assert rows.keys() == self.model.keys()
        for key, known in self.model.items():
            row = rows[key]
            assert (row["id"], row["status"], row["version"]) == (
                known.id,
                known.status,
                known.version,
            )
            assert row["transitions"] == known.version
            assert row["failure_code"] == known.code
            assert row["signatures"] == len(known.signatures)
            assert bool(row["holds_place"]) == known.active
            assert row["queued"] == known.active

    def _revive(self, known: Expected) -> None:
        known.status, known.code, known.retryable = "PENDING", None, False
        known.version += 1
        self.tally.revived += 1

    def _ends(self, known: Expected) -> Any:
        return self.world.now.fromtimestamp(
            known.signatures[-1].valid_before, self.world.now.tzinfo
        )

    async def _sign(self, person: int, key: str) -> SignedAuthorization:
        # A second later each time, so that no two signatures are equal.
        self.world.now += timedelta(seconds=1)
        asked = AskPaymentAuthorization(
            self.program_id, "REGISTRATION", PEOPLE[person].address, FEE, key, VALID_FOR
        )
        document = await self.intake.payment_authorization(asked)
        signed = Account.sign_typed_data(PEOPLE[person].key, full_message=document.typed_data)
        return SignedAuthorization(
            document.valid_after, document.valid_before, bytes(signed.signature)
        )

    async def _by_hand(self, use_case: Any, known: Expected) -> Any:
        run = self.world.run(
            self.program_id, use_case, key_of(self.program_id), known.id, "by hand"
        )
        [outcome] = await self._all([run])
        return outcome

    async def _all(self, works: list[Any]) -> list[Any]:
        return await asyncio.gather(*works, return_exceptions=True)
