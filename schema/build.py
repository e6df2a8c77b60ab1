"""The schema: every type in one place, and its SDL as a file."""

from pathlib import Path

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription
from schema.types.ledger import LedgerEntry

SDL_FILE = Path(__file__).parent / "schema.graphql"


def build_schema() -> strawberry.Schema:
    """The executable schema."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[LedgerEntry],
        config=StrawberryConfig(scalar_map=dict(SCALARS)),
    )


def sdl() -> str:
    """The schema's SDL, as the file holds it."""
    return build_schema().as_str() + "\n"
