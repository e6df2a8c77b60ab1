"""An affiliate's wallet: the document that both wallets sign, and the change itself."""

import strawberry

from app.domain.errors import Refusal, RefusalCode
from app.processes.change_wallet import ChangeWallet, WalletDocument
from app.store.reads import affiliates as reads
from resolvers.access import Info, authorize, load_one, process_of
from resolvers.payloads import AffiliatePayloadRow, answer
from schema.ids import IdPrefix, decode_id
from schema.scalars import Address, Hex


async def document(info: Info, id: strawberry.ID, new_wallet: Address) -> WalletDocument | None:
    """The EIP-712 document of this change; null when there is no such affiliate for this caller."""
    authority = authorize(info)
    affiliate_id = decode_id(IdPrefix.AFFILIATE, id)
    if affiliate_id is None:
        return None
    changes = process_of(info.context).wallet_changes
    return await changes.document(authority.program_id, affiliate_id, new_wallet)


async def change(
    info: Info,
    id: strawberry.ID,
    new_wallet: Address,
    old_signature: Hex,
    new_signature: Hex,
) -> AffiliatePayloadRow:
    """Payouts to the new wallet wait for the program's cool-down."""
    authority = authorize(info)

    async def work() -> AffiliatePayloadRow:
        affiliate_id = decode_id(IdPrefix.AFFILIATE, id)
        if affiliate_id is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such affiliate.", "id")
        command = ChangeWallet(affiliate_id, new_wallet, old_signature, new_signature)
        await info.context.leave_snapshot()
        await process_of(info.context).wallet_changes.change(authority, command)
        await info.context.leave_snapshot()
        row = await load_one(info, reads.by_ids, authority.program_id, affiliate_id)
        return AffiliatePayloadRow(row)

    return await answer(AffiliatePayloadRow, work)
