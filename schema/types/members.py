"""Wallets in programs: as a program sees its members, and as a wallet sees its memberships."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.memberships
from app.domain.permissions import Role
from schema.fields import resolved
from schema.scalars import Address

if TYPE_CHECKING:
    from schema.types.affiliates import Affiliate
    from schema.types.programs import Program
    from schema.types.users import User

strawberry.enum(Role, name="Role")


@strawberry.type
class Member:
    wallet: Address
    roles: list[Role]
    granted_by: str
    granted_at: datetime


@strawberry.type
class Membership:
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.memberships.program
    )
    roles: list[Role]
    affiliate: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] | None = resolved(
        resolvers.memberships.affiliate
    )
    user: Annotated["User", strawberry.lazy("schema.types.users")] | None = resolved(
        resolvers.memberships.user
    )
