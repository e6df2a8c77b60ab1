"""Objects that are named by id: in which of the caller's programs one is, and what the caller is there."""

from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.store.reads import located
from resolvers.access import Info, acting_in, load_one
from schema.ids import IdPrefix, decode_id

_TABLES = {
    IdPrefix.AFFILIATE: "affiliate",
    IdPrefix.API_KEY: "api_key",
    IdPrefix.AUDIT_ENTRY: "audit",
    IdPrefix.BALANCE_ADJUSTMENT: "balance_adjustment",
    IdPrefix.COMMISSION: "commission",
    IdPrefix.DISCREPANCY: "discrepancy",
    IdPrefix.INTENT: "intent",
    IdPrefix.LEDGER_ACCOUNT: "account",
    IdPrefix.LEDGER_ENTRY: "journal",
    IdPrefix.LEDGER_TRANSACTION: "journal",
    IdPrefix.PAYOUT: "payout",
    IdPrefix.PAYOUT_BATCH: "payout_batch",
    IdPrefix.RECONCILIATION_RUN: "reconciliation_run",
    IdPrefix.REVERSAL: "reversal",
    IdPrefix.SAFE_TRANSACTION: "safe_transaction",
    IdPrefix.SETTLEMENT: "settlement",
    IdPrefix.USER: "program_user",
    IdPrefix.WEBHOOK_DELIVERY: "webhook_delivery",
    IdPrefix.WEBHOOK_ENDPOINT: "webhook_endpoint",
}
"""Prefix to the tenant table whose rows it names."""


async def home_of(info: Info, prefix: IdPrefix, id_: UUID) -> Authority | None:
    """What the caller is in the program of an object; None when none of its programs can have it.

    A caller of one program is asked nothing: whether the object is there shows when it is read.
    """
    caller = info.context.require_caller()
    places = caller.authorities
    if caller.operator:
        places = (*places, caller.for_platform())
    if len(places) <= 1:
        return next(iter(places), None)
    table = _TABLES.get(prefix)
    if table is None:
        return next((one for one in places if one.reads_everything), None)
    by_key = {one.program_id: one for one in places}
    asked = (table, id_, tuple(by_key))
    program_key = await load_one(info, located.programs_of, places[0].program_id, asked)
    return None if program_key is None else by_key[program_key]


async def named_object(
    info: Info, prefix: IdPrefix, text: str, what: str, *path: str
) -> tuple[Authority, UUID]:
    """The caller in the program of an object that an operation names, and the object's id.

    what: for people, such as "batch". Refuses NOT_FOUND; raises Forbidden when the caller may not start this there.
    """
    id_ = decode_id(prefix, text)
    authority = None if id_ is None else await home_of(info, prefix, id_)
    if id_ is None or authority is None:
        raise Refusal(RefusalCode.NOT_FOUND, f"There is no such {what}.", *(path or ("id",)))
    return await acting_in(info, authority), id_
