"""Who is asking."""

from datetime import datetime
from enum import StrEnum

import strawberry

import resolvers.memberships
import resolvers.viewer
from app.domain.permissions import ApiScope
from app.store.reads.api_keys import ApiKeyRow
from app.store.reads.sessions import SessionRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address
from schema.types.members import Membership
from schema.types.node import Node, public_id, shown_rows

strawberry.enum(
    ApiScope,
    name="ApiScope",
    description="PLATFORM: no program; may create programs, their API keys, and un-halt lanes.",
)


@strawberry.enum
class ViewerKind(StrEnum):
    WALLET = "WALLET"
    API_KEY = "API_KEY"


@strawberry.type
@shown_rows(ApiKeyRow)
class ApiKey(Node):
    id: strawberry.ID = public_id(IdPrefix.API_KEY)
    name: str
    prefix: str
    scopes: list[ApiScope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


@strawberry.type
@shown_rows(SessionRow)
class Session(Node):
    id: strawberry.ID = public_id(IdPrefix.SESSION)
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime
    user_agent: str | None
    current: bool = resolved(resolvers.viewer.is_current)


@strawberry.type
class Viewer:
    kind: ViewerKind
    wallet: Address | None
    operator: bool
    api_key: ApiKey | None
    memberships: Connection[Membership] = resolved(resolvers.memberships.of_viewer)
    sessions: list[Session] = resolved(resolvers.viewer.own_sessions)
