"""What a caller may see of a program when it does not see everything: one place for all rows.

An affiliate sees its own branch without anybody's money but its own; a user itself and its intents; an owner of the
treasury the batches that it is to sign.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from app.domain.postings import AccountKind
from app.store.reads import accounts as reads_accounts
from app.store.reads import intents as reads_intents
from app.store.reads.accounts import AccountRow
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.commissions import CommissionRow
from app.store.reads.entries import EntryRow
from app.store.reads.intents import IntentRow
from app.store.reads.payout_batches import PayoutBatchRow
from app.store.reads.payouts import PayoutRow
from app.store.reads.safe_transactions import SafeTransactionRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.users import UserRow
from resolvers.access import Info, load_one, may_read, within
from schema.errors import Forbidden


def is_affiliate(info: Info, program_key: int, affiliate_key: int | None) -> bool:
    """Whether the caller sees this affiliate's money: the affiliate itself, and whoever reads everything."""
    if may_read(info, program_key):
        return True
    authority = within(info, program_key)
    return (
        authority is not None
        and affiliate_key is not None
        and authority.affiliate_id == affiliate_key
    )


def is_user(info: Info, program_key: int, user_key: int | None) -> bool:
    """Whether the caller sees this user: the user itself, and whoever reads everything."""
    if may_read(info, program_key):
        return True
    authority = within(info, program_key)
    return authority is not None and user_key is not None and authority.user_id == user_key


def sees_member(info: Info, row: AffiliateRow) -> bool:
    """Whether the caller sees that this affiliate exists: an affiliate sees its branch, and nobody above or beside it."""
    authority = within(info, row.program_key)
    if authority is None:
        return False
    if authority.wallet is None or is_affiliate(info, row.program_key, row.key):
        return True
    return authority.affiliate_id in row.upline_keys


def sees_wallet(info: Info, row: AffiliateRow) -> bool:
    """Whether the caller sees whose wallet an affiliate is: not of the others in a branch."""
    caller = info.context.caller
    # Also in the answer to its own registration, before which it was nobody here.
    if caller is not None and caller.contract_chain_id is None and caller.wallet == row.wallet:
        return True
    authority = within(info, row.program_key)
    if authority is None:
        return False
    return authority.wallet is None or is_affiliate(info, row.program_key, row.key)


def sees_payouts(info: Info, program_key: int) -> bool:
    """Whether the caller sees the program's batches."""
    authority = within(info, program_key)
    return authority is not None and authority.sees_payouts


def require_affiliate(info: Info, program_key: int, affiliate_key: int | None) -> None:
    """For fields that cannot be null: raises Forbidden unless the caller sees this affiliate's money."""
    if not is_affiliate(info, program_key, affiliate_key):
        raise Forbidden


def require_user(info: Info, program_key: int, user_key: int | None) -> None:
    """For fields that cannot be null: raises Forbidden unless the caller sees this user."""
    if not is_user(info, program_key, user_key):
        raise Forbidden


async def _of_settlement(info: Info, row: SettlementRow) -> bool:
    if may_read(info, row.program_key):
        return True
    intent: IntentRow | None = await load_one(
        info, reads_intents.by_ids, row.program_key, row.intent_id
    )
    return intent is not None and is_user(info, intent.program_key, intent.user_key)


def _is_own_account(info: Info, row: AccountRow) -> bool:
    owner = row.owner_key if row.kind == AccountKind.AFFILIATE else None
    return is_affiliate(info, row.program_key, owner)


async def _of_entry(info: Info, row: EntryRow) -> bool:
    """By the account that it changes: the other side of a transfer is another's."""
    account: AccountRow = await load_one(
        info, reads_accounts.by_keys, row.program_key, row.account_key
    )
    return _is_own_account(info, account)


def _of_payout(info: Info, row: PayoutRow) -> bool:
    return (
        sees_payouts(info, row.program_key)
        or is_affiliate(info, row.program_key, row.affiliate_key)
        or is_user(info, row.program_key, row.user_key)
    )


_Sees = Callable[[Info, Any], bool]
_SEES: dict[type, _Sees] = {
    AccountRow: _is_own_account,
    AffiliateRow: sees_member,
    CommissionRow: lambda info, row: is_affiliate(info, row.program_key, row.affiliate_key),
    IntentRow: lambda info, row: is_user(info, row.program_key, row.user_key),
    PayoutBatchRow: lambda info, row: sees_payouts(info, row.program_key),
    PayoutRow: _of_payout,
    SafeTransactionRow: lambda info, row: sees_payouts(info, row.program_key),
    UserRow: lambda info, row: is_user(info, row.program_key, row.key),
}
_SEES_AFTER_READING: dict[type, Callable[[Info, Any], Awaitable[bool]]] = {
    EntryRow: _of_entry,
    SettlementRow: _of_settlement,
}


async def visible(info: Info, row: Any, program_key: int) -> Any:
    """The row itself, or None where it is not there for this caller. Rows of other classes are for full readers."""
    if row is None:
        return None
    if type(row) in _SEES_AFTER_READING:
        return row if await _SEES_AFTER_READING[type(row)](info, row) else None
    sees = _SEES.get(type(row))
    shown = may_read(info, program_key) if sees is None else sees(info, row)
    return row if shown else None
