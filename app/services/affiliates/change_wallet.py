"""An affiliate takes another wallet, after both wallets' signatures were checked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.permissions import Authority
from app.services.affiliates.register_affiliate import AffiliateResult
from app.services.audit import AuditEntry, write_audit
from app.store import wallet_changes as store
from app.store.affiliates import AffiliateRow, affiliate_by_wallet, lock_affiliate
from app.store.database import UnitOfWork
from app.store.programs import read_program
from app.store.rules_lock import lock_rules
from app.store.wallet_changes import WalletChangeRow


@dataclass(frozen=True, slots=True)
class SignedWalletChange:
    """A change that both wallets have signed: the affiliate's n-th, away from `old_wallet`. Wallets are checksummed."""

    public_id: UUID
    n: int
    old_wallet: str
    new_wallet: str
    old_signature: bytes
    new_signature: bytes


async def change_wallet(
    unit: UnitOfWork, authority: Authority, signed: SignedWalletChange, now: datetime
) -> AffiliateResult:
    """Payouts to the new wallet wait for the program's cool-down. An affiliate that has the wallet stays as it is.

    Refuses NOT_FOUND, ALREADY_EXISTS, SELF_REFERRAL, INVALID_INPUT, and INVALID_SIGNATURE when another change came first.
    """
    # Acceptance compares wallets of affiliates with those of users.
    await lock_rules(unit, authority.program_id)
    affiliate = await lock_affiliate(unit, signed.public_id)
    if affiliate is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such affiliate.", "id")
    if affiliate.wallet != signed.new_wallet:
        await _check(unit, affiliate, signed)
        await _change(unit, authority, affiliate, signed, now)
    return AffiliateResult(affiliate.id, affiliate.public_id)


async def _check(unit: UnitOfWork, affiliate: AffiliateRow, signed: SignedWalletChange) -> None:
    assert unit.program_id is not None
    n = await store.next_change(unit, affiliate.id)
    if (affiliate.wallet, n) != (signed.old_wallet, signed.n):
        raise Refusal(
            RefusalCode.INVALID_SIGNATURE,
            "The wallet was changed meanwhile: see affiliateWalletChange.",
            "oldSignature",
        )
    if await affiliate_by_wallet(unit, unit.program_id, signed.new_wallet) is not None:
        raise Refusal(RefusalCode.ALREADY_EXISTS, "Another affiliate has this wallet.", "newWallet")
    if await store.is_treasury(unit, signed.new_wallet):
        raise Refusal(RefusalCode.INVALID_INPUT, "This is the program's treasury.", "newWallet")
    if await store.is_referred_by_branch(unit, signed.new_wallet, affiliate.id):
        raise Refusal(
            RefusalCode.SELF_REFERRAL,
            "This is the wallet of a user whom the affiliate's own branch referred.",
            "newWallet",
        )


async def _change(
    unit: UnitOfWork,
    authority: Authority,
    affiliate: AffiliateRow,
    signed: SignedWalletChange,
    now: datetime,
) -> None:
    program = await read_program(unit, authority.program_id)
    assert program is not None
    cool_down = timedelta(hours=program.wallet_cool_down_hours)
    row = WalletChangeRow(
        affiliate_id=affiliate.id,
        n=signed.n,
        old_wallet=affiliate.wallet,
        new_wallet=signed.new_wallet,
        old_signature=signed.old_signature,
        new_signature=signed.new_signature,
        changed_by=authority.actor,
        changed_at=now,
        pays_from=program_time(now, program.clock_offset) + cool_down,
    )
    await store.change_wallet(unit, row)
    await _tell(unit, affiliate, row)


async def _tell(unit: UnitOfWork, affiliate: AffiliateRow, row: WalletChangeRow) -> None:
    public_id, pays_from = str(affiliate.public_id), row.pays_from.isoformat()
    unit.record(
        NewEvent(
            EventType.AFFILIATE,
            "affiliate.wallet_changed",
            public_id,
            affiliate.version + 1,
            row.changed_at,
            {
                "v": 1,
                "oldWallet": row.old_wallet,
                "wallet": row.new_wallet,
                "paysFrom": pays_from,
            },
        )
    )
    await write_audit(
        unit,
        AuditEntry(
            row.changed_by,
            "affiliate.wallet_changed",
            public_id,
            row.changed_at,
            {"wallet": row.old_wallet},
            {"wallet": row.new_wallet, "paysFrom": pays_from},
        ),
    )
