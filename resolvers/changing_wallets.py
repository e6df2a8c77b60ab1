"""An affiliate's wallet: the document that both wallets sign, and the change itself."""

from uuid import UUID

import strawberry

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.processes.change_wallet import ChangeWallet, WalletDocument
from app.store.reads import affiliates as reads
from app.store.reads.affiliates import AffiliateRow
from resolvers.access import Info, authorize, load_one, process_of
from resolvers.objects import named_object
from resolvers.payloads import AffiliatePayloadRow, answer
from resolvers.visibility import is_affiliate
from schema.ids import IdPrefix
from schema.scalars import Address, Hex


async def document(info: Info, id: strawberry.ID, new_wallet: Address) -> WalletDocument | None:
    """The EIP-712 document of this change; null when there is no such affiliate for this caller."""
    authorize(info)
    try:
        authority, affiliate_id = await _affiliate(info, id)
    except Refusal:
        return None
    changes = process_of(info.context).wallet_changes
    return await changes.document(authority.program_id, affiliate_id, new_wallet)


async def _affiliate(info: Info, text: str) -> tuple[Authority, UUID]:
    """An affiliate's own wallet reaches nobody else's. Refuses NOT_FOUND."""
    authority, id_ = await named_object(info, IdPrefix.AFFILIATE, text, "affiliate")
    if authority.wallet is not None:
        row: AffiliateRow | None = await load_one(info, reads.by_ids, authority.program_id, id_)
        if row is None or not is_affiliate(info, row.program_key, row.key):
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such affiliate.", "id")
        await info.context.leave_snapshot()
    return authority, id_


async def change(
    info: Info,
    id: strawberry.ID,
    new_wallet: Address,
    old_signature: Hex,
    new_signature: Hex,
) -> AffiliatePayloadRow:
    """Payouts to the new wallet wait for the program's cool-down."""
    authorize(info)

    async def work() -> AffiliatePayloadRow:
        authority, affiliate_id = await _affiliate(info, id)
        command = ChangeWallet(affiliate_id, new_wallet, old_signature, new_signature)
        await info.context.leave_snapshot()
        await process_of(info.context).wallet_changes.change(authority, command)
        await info.context.leave_snapshot()
        row = await load_one(info, reads.by_ids, authority.program_id, affiliate_id)
        return AffiliatePayloadRow(row)

    return await answer(AffiliatePayloadRow, work)
