"""Fields whose values resolvers give.

Resolvers return rows of the store, fields declare what clients see, so a type checker cannot compare the two: the
declaration is `Any` here, and the contract test and the API's tests hold it instead.
"""

from collections.abc import Callable
from typing import Any

import strawberry


def resolved(resolver: Callable[..., Any], description: str | None = None) -> Any:
    """A field of a type or of the query root."""
    return strawberry.field(resolver=resolver, description=description)


def mutated(resolver: Callable[..., Any], description: str | None = None) -> Any:
    """A field of the mutation root."""
    return strawberry.mutation(resolver=resolver, description=description)


def streamed(
    resolver: Callable[..., Any],
    description: str | None = None,
    metadata: Any = None,
) -> Any:
    """A field of the subscription root."""
    return strawberry.subscription(resolver=resolver, description=description, metadata=metadata)
