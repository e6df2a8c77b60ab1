"""Payment providers."""

from datetime import datetime

import strawberry


@strawberry.type
class ProviderSecret:
    provider: str
    created_at: datetime
    valid_until: datetime | None
