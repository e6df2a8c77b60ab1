"""Mutations of affiliates."""

from uuid import UUID

import strawberry

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority, Role
from app.domain.states import AffiliateStatus
from app.services.affiliates import change_affiliates as services
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.store.reads import affiliates as reads
from resolvers.access import Info, authorize, load_one, named_program, process_of
from resolvers.objects import named_object
from resolvers.payloads import AffiliatePayloadRow, answer, commit
from schema.errors import ONLY_ITSELF, Forbidden
from schema.ids import IdPrefix
from schema.inputs.affiliates import ParentInput, RegisterAffiliateInput
from schema.inputs.given import given


async def _payload(info: Info, program_key: int, id_: UUID) -> AffiliatePayloadRow:
    return AffiliatePayloadRow(await load_one(info, reads.by_ids, program_key, id_))


def _only_itself(authority: Authority, wallet: str) -> None:
    """A program's key and its administrators vouch for the wallets they register; others have but their own word."""
    if authority.wallet not in (None, wallet) and Role.ADMIN not in authority.roles:
        raise Forbidden(ONLY_ITSELF)


async def register(info: Info, input: RegisterAffiliateInput) -> AffiliatePayloadRow:
    """A new affiliate, or the existing one when every input is equal."""
    authorize(info)

    async def work() -> AffiliatePayloadRow:
        authority = await named_program(info, input.program_id)
        _only_itself(authority, input.wallet)
        key = authority.program_id
        command = RegisterAffiliate(
            program_id=key,
            wallet=input.wallet,
            parent_referral_code=given(input.parent_referral_code),
            referral_code=given(input.referral_code),
            display_name=given(input.display_name),
        )
        now = info.context.now()
        made = await commit(
            info, key, lambda unit: register_affiliate(unit, authority, command, now)
        )
        if authority.wallet is not None:
            process_of(info.context).authenticator.forget(authority.credential_id)
        return await _payload(info, key, made.public_id)

    return await answer(AffiliatePayloadRow, work)


async def set_status(
    info: Info,
    id: strawberry.ID,
    status: AffiliateStatus,
    reason: str,
) -> AffiliatePayloadRow:
    """Suspended and terminated affiliates earn nothing; their level is skipped."""
    authorize(info)

    async def work() -> AffiliatePayloadRow:
        authority, id_ = await named_object(info, IdPrefix.AFFILIATE, id, "affiliate")
        command = services.SetAffiliateStatus(id_, status, reason)
        now = info.context.now()
        await commit(
            info,
            authority.program_id,
            lambda unit: services.set_affiliate_status(unit, authority, command, now),
        )
        return await _payload(info, authority.program_id, command.public_id)

    return await answer(AffiliatePayloadRow, work)


async def move(
    info: Info,
    id: strawberry.ID,
    to: ParentInput,
    reason: str,
) -> AffiliatePayloadRow:
    """Moves a whole branch under another parent, or makes it a root."""
    authorize(info)

    async def work() -> AffiliatePayloadRow:
        if given(to.referral_code) is None and not given(to.root):
            raise Refusal(RefusalCode.INVALID_INPUT, "root is true or absent.", "to", "root")
        authority, id_ = await named_object(info, IdPrefix.AFFILIATE, id, "affiliate")
        command = services.MoveAffiliate(id_, given(to.referral_code), reason)
        now = info.context.now()
        await commit(
            info,
            authority.program_id,
            lambda unit: services.move_affiliate(unit, authority, command, now),
        )
        return await _payload(info, authority.program_id, command.public_id)

    return await answer(AffiliatePayloadRow, work)
