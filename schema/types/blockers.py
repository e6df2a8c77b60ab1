"""Why something is not paid yet."""

from datetime import datetime

import strawberry

from app.domain.payouts import BlockerCode

strawberry.enum(BlockerCode, name="BlockerCode")


@strawberry.type
class Blocker:
    code: BlockerCode
    message: str
    until: datetime | None
