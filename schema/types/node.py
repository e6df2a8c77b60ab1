"""The Node interface, and how a row becomes a node."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from schema.fields import resolved
from schema.ids import IdPrefix, encode_id

TypeClass = TypeVar("TypeClass", bound=type)


@strawberry.interface
class Node:
    id: strawberry.ID


def shown_rows(*rows: type) -> Callable[[TypeClass], TypeClass]:
    """Say which row classes a type shows: resolvers return rows, so a Node needs to know its own."""

    def declare(type_class: TypeClass) -> TypeClass:
        type_class.is_type_of = classmethod(  # type: ignore[attr-defined]
            lambda _, value, _info: isinstance(value, rows)
        )
        return type_class

    return declare


def public_id(prefix: IdPrefix) -> Any:
    """The field `id` of a type whose rows have a uuid."""

    def encoded(root: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(encode_id(prefix, root.id))

    return resolved(encoded)
