"""Users."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.affiliates
import resolvers.intents
import resolvers.programs
from app.store.reads.users import UserRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address, BigInt
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.affiliates import Affiliate
    from schema.types.intents import Intent
    from schema.types.programs import Program


@strawberry.type
@shown_rows(UserRow)
class User(Node):
    id: strawberry.ID = public_id(IdPrefix.USER)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    wallet: Address
    referred_by: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] | None = (
        resolved(resolvers.affiliates.referrer_of_user)
    )
    identity_token_id: BigInt | None
    registered_at: datetime | None
    intents: Connection[Annotated["Intent", strawberry.lazy("schema.types.intents")]] = resolved(
        resolvers.intents.of_user
    )
    created_at: datetime
