"""What acceptance needs to know about a program and about many requests of it, in two statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.intents.kind import Asked, ProgramFacts, Referrer, Situation
from app.domain.money import Currency, Money
from app.domain.states import AffiliateStatus, IntentStatus, ProgramStatus
from app.store.affiliates import path_ids
from app.store.database import ReadSession
from app.store.terms import terms_of

_PROGRAM = """
SELECT p.id, p.public_id, p.status, p.chain_id, p.clock_offset, y.address AS treasury, t.*, NOT sge_is_recovered() AS recovering,
       (SELECT jsonb_agg(jsonb_build_object('code', c.code, 'decimals', c.decimals, 'token', c.token,
                                             'chain_id', c.chain_id, 'eip712_name', c.eip712_name,
                                             'eip712_version', c.eip712_version) ORDER BY c.position)
          FROM program_currency c WHERE c.program_id = p.id) AS currencies
  FROM program p
  JOIN treasury y ON y.program_id = p.id
  CROSS JOIN LATERAL (
    SELECT t.* FROM terms t
     WHERE t.program_id = p.id AND t.effective_from <= $2::timestamptz + p.clock_offset
     ORDER BY t.effective_from DESC, t.version DESC LIMIT 1) t
 WHERE p.id = $1
"""
_REQUESTS = "SELECT * FROM sge_read_situations($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class EarlierIntent:
    """The intent that has the key. reauthorisable: FAILED and retryable, and the given signature is a new one."""

    intent_id: UUID
    request_hash: bytes
    amount: Money | None
    reauthorisable: bool


@dataclass(frozen=True, slots=True)
class AskedSituation:
    """A request's situation. other_operation: what is no intent and has the key."""

    situation: Situation
    earlier: EarlierIntent | None
    other_operation: str | None


async def read_program_facts(
    session: ReadSession, program_id: int, at: datetime
) -> ProgramFacts | None:
    """The program with the terms in force at a real instant."""
    row = await session.connection.fetchrow(_PROGRAM, program_id, at)
    if row is None:
        return None
    currencies = [Currency(**one) for one in row["currencies"]]
    return ProgramFacts(
        id=row["id"],
        public_id=row["public_id"],
        status=ProgramStatus(row["status"]),
        chain_id=row["chain_id"],
        treasury=row["treasury"],
        clock_offset=row["clock_offset"],
        currencies={currency.code: currency for currency in currencies},
        terms=terms_of(row),
        recovering=row["recovering"],
    )


async def read_situations(
    session: ReadSession, program: ProgramFacts, asked: Sequence[Asked]
) -> list[AskedSituation]:
    """In the order asked."""
    rows = await session.connection.fetch(
        _REQUESTS,
        program.id,
        [one.key for one in asked],
        [one.wallet for one in asked],
        [one.referral_code for one in asked],
        [None if one.authorization is None else one.authorization.signature for one in asked],
    )
    return [_situation(program, row) for row in rows]


def _situation(program: ProgramFacts, row: Any) -> AskedSituation:
    referrer = None
    if row["referrer_id"] is not None:
        referrer = Referrer(
            row["referrer_id"],
            row["referrer_wallet"],
            AffiliateStatus(row["referrer_status"]),
            path_ids(row["referrer_path"])[::-1],
        )
    earlier = None
    if row["intent_id"] is not None:
        failed = row["status"] == IntentStatus.FAILED and row["failure_retryable"]
        paid = None if row["amount"] is None else Money(row["amount"], row["currency"])
        earlier = EarlierIntent(
            row["intent_id"], row["request_hash"], paid, failed and not row["signature_known"]
        )
    situation = Situation(
        program=program,
        referrer=referrer,
        registering=bool(row["registering"]),
        registered=bool(row["registered"]),
        own_affiliate_id=row["own_affiliate_id"],
    )
    return AskedSituation(situation, earlier, row["operation"])
