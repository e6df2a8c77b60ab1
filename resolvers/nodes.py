"""`node` and `nodes`: any object by its id, as far as the caller may see it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry

from app.store.reads import accounts as reads_accounts
from app.store.reads import adjustments as reads_adjustments
from app.store.reads import affiliates as reads_affiliates
from app.store.reads import api_keys as reads_api_keys
from app.store.reads import audit_entries as reads_audit_entries
from app.store.reads import chain_transactions as reads_chain_transactions
from app.store.reads import commissions as reads_commissions
from app.store.reads import discrepancies as reads_discrepancies
from app.store.reads import intents as reads_intents
from app.store.reads import journals as reads_journals
from app.store.reads import lanes as reads_lanes
from app.store.reads import payout_batches as reads_payout_batches
from app.store.reads import payouts as reads_payouts
from app.store.reads import reconciliation as reads_reconciliation
from app.store.reads import reversals as reads_reversals
from app.store.reads import safe_transactions as reads_safe_transactions
from app.store.reads import settlements as reads_settlements
from app.store.reads import users as reads_users
from app.store.reads import webhooks as reads_webhooks
from resolvers import ledger, programs
from resolvers.access import Info, authorize, load_one, visible_program
from resolvers.objects import home_of
from resolvers.viewer import own_session
from resolvers.visibility import visible
from schema.errors import BadUserInput
from schema.ids import IdPrefix, decode_any_id, decode_entry_id

MAXIMUM_NODES = 100

Load = Callable[[Any, Any], Awaitable[Any]]

_LOADS: dict[IdPrefix, Load] = {
    IdPrefix.AFFILIATE: reads_affiliates.by_ids,
    IdPrefix.API_KEY: reads_api_keys.by_ids,
    IdPrefix.AUDIT_ENTRY: reads_audit_entries.by_ids,
    IdPrefix.BALANCE_ADJUSTMENT: reads_adjustments.by_ids,
    IdPrefix.CHAIN_TRANSACTION: reads_chain_transactions.by_ids,
    IdPrefix.COMMISSION: reads_commissions.by_ids,
    IdPrefix.DISCREPANCY: reads_discrepancies.by_ids,
    IdPrefix.INTENT: reads_intents.by_ids,
    IdPrefix.LANE: reads_lanes.lanes_by_ids,
    IdPrefix.LEDGER_ACCOUNT: reads_accounts.by_ids,
    IdPrefix.LEDGER_TRANSACTION: reads_journals.by_ids,
    IdPrefix.PAYOUT: reads_payouts.by_ids,
    IdPrefix.PAYOUT_BATCH: reads_payout_batches.by_ids,
    IdPrefix.RECONCILIATION_RUN: reads_reconciliation.by_ids,
    IdPrefix.SAFE_TRANSACTION: reads_safe_transactions.by_ids,
    IdPrefix.REVERSAL: reads_reversals.by_ids,
    IdPrefix.SETTLEMENT: reads_settlements.by_ids,
    IdPrefix.USER: reads_users.by_ids,
    IdPrefix.WEBHOOK_DELIVERY: reads_webhooks.deliveries_by_ids,
    IdPrefix.WEBHOOK_ENDPOINT: reads_webhooks.endpoints_by_ids,
}


async def one(info: Info, id: strawberry.ID) -> Any:
    """The object with this id; null when it is malformed, unknown or of another program."""
    authorize(info)
    return await _find(info, id)


async def several(info: Info, ids: list[strawberry.ID]) -> list[Any]:
    """Objects in the order of their ids; null for each that is not there for this caller."""
    authorize(info)
    if len(ids) > MAXIMUM_NODES:
        raise BadUserInput(f"At most {MAXIMUM_NODES} ids.", ["ids"])
    return await asyncio.gather(*(_find(info, id_) for id_ in ids))


async def _find(info: Info, text: str) -> Any:
    entry_id = decode_entry_id(text)
    if entry_id is not None:
        return await _entry(info, entry_id)
    decoded = decode_any_id(text)
    if decoded is None:
        return None
    prefix, public_id = decoded
    if prefix is IdPrefix.PROGRAM:
        return await _program(info, public_id)
    if prefix is IdPrefix.SESSION:
        return await own_session(info, public_id)
    load = _LOADS.get(prefix)
    home = None if load is None else await home_of(info, prefix, public_id)
    if load is None or home is None:
        return None
    row = await load_one(info, load, home.program_id, public_id)
    return await visible(info, row, home.program_id)


async def _entry(info: Info, entry_id: tuple[UUID, int, bool]) -> Any:
    home = await home_of(info, IdPrefix.LEDGER_ENTRY, entry_id[0])
    if home is None:
        return None
    row = await ledger.entry(info, home.program_id, entry_id)
    return await visible(info, row, home.program_id)


async def _program(info: Info, public_id: UUID) -> Any:
    authority = await visible_program(info, public_id, None)
    return authority and await programs.by_key(info, authority.program_id)
