"""Which affiliates to list or find, and what registers or moves one."""

import strawberry
from graphql import GraphQLError
from strawberry import UNSET

from app.domain.states import AffiliateStatus
from app.store.reads.affiliates import AffiliateFilter as Conditions
from schema.ids import IdPrefix
from schema.inputs.given import given, id_or_nothing, values
from schema.scalars import Address, read_address

strawberry.enum(AffiliateStatus, name="AffiliateStatus")


@strawberry.input
class AffiliateFilter:
    status: list[AffiliateStatus] | None = UNSET
    parent_id: strawberry.ID | None = UNSET
    roots_only: bool | None = UNSET
    search: str | None = strawberry.field(
        default=UNSET, description="Start of a referral code or name, or a whole wallet."
    )

    def conditions(self) -> Conditions:
        """The same as the store takes it."""
        return Conditions(
            status=values(self.status),
            parent_id=id_or_nothing(IdPrefix.AFFILIATE, self.parent_id),
            roots_only=bool(given(self.roots_only)),
            search=whole_wallet(given(self.search)),
        )


def whole_wallet(search: str | None) -> str | None:
    """A whole wallet in the spelling it is kept in; any other text as it is."""
    try:
        return None if search is None else read_address(search)
    except GraphQLError:
        return search


@strawberry.input
class ProgramReferralCode:
    program_id: strawberry.ID
    referral_code: str


@strawberry.input
class ProgramWallet:
    program_id: strawberry.ID
    wallet: Address


@strawberry.input(one_of=True)
class AffiliateKey:
    id: strawberry.ID | None = UNSET
    referral_code: ProgramReferralCode | None = UNSET
    wallet: ProgramWallet | None = UNSET


@strawberry.input(one_of=True)
class ParentInput:
    referral_code: str | None = UNSET
    root: bool | None = UNSET


@strawberry.input
class RegisterAffiliateInput:
    program_id: strawberry.ID
    wallet: Address
    parent_referral_code: str | None = UNSET
    referral_code: str | None = UNSET
    display_name: str | None = UNSET
