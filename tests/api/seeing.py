"""Everything that a caller can reach: from each object over every link to the next, until nothing new comes.

Objects that have ids are asked for one by one, each with all its fields and one link further; what has no id of its own
(pages, statements, explanations) is asked for in place. So paths of any length are followed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.api.caller import Caller
from tests.api.walking import GRAPHQL, SAMPLES

_ID = re.compile(r"[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}(?:_[0-9]+[dc])?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_DEEPEST_IN_PLACE = 3
_PAGE = "first: 5"
_SAMPLES = SAMPLES | {"to": '"2040-01-01T00:00:00Z"'}


def is_node(kind: GraphQLNamedType) -> bool:
    return isinstance(kind, GraphQLObjectType) and any(
        each.name == "Node" for each in kind.interfaces
    )


def node_types() -> Iterator[GraphQLObjectType]:
    for kind in GRAPHQL.type_map.values():
        if isinstance(kind, GraphQLObjectType) and is_node(kind):
            yield kind


def arguments(node: GraphQLField) -> str | None:
    """Samples for what a field needs; None when there is no sample."""
    given = [f"{name}: {_SAMPLES[name]}" for name in node.args if name in _SAMPLES]
    if "first" in node.args:
        given.append(_PAGE)
    needed = {name for name, it in node.args.items() if is_required_argument(it)}
    if not needed <= {*_SAMPLES, "first"}:
        return None
    return f"({', '.join(given)})" if given else ""


def fields_of(kind: GraphQLNamedType, deep: int) -> Iterator[str]:
    """Every field of a type: leaves, links to objects by their id, and what has none in place."""
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    for name, each in kind.fields.items():
        given = arguments(each)
        if given is None:
            continue
        below = get_named_type(each.type)
        if is_leaf_type(below):
            yield f"{name}{given}"
        elif is_node(below):
            yield f"{name}{given} {{ __typename id }}"
        elif deep < _DEEPEST_IN_PLACE:
            inner = " ".join(fields_of(below, deep + 1))
            yield f"{name}{given} {{ __typename {inner} }}"


@dataclass
class Sight:
    """What one caller saw. objects: the fields of each that was there, by id. codes: of errors."""

    ids: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def take(self, answer: dict[str, Any]) -> None:
        self.codes |= {error["extensions"]["code"] for error in answer.get("errors", ())}
        for text in strings(answer.get("data")):
            self.texts.add(text)
            self.ids |= set(_ID.findall(text))
            self.addresses |= set(_ADDRESS.findall(text) if len(text) == 42 else ())


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


async def everything(caller: Caller, seeds: Iterable[str], roots: Iterable[str]) -> Sight:
    """All that the caller reaches from these root fields and from these ids."""
    sight = Sight()
    for root in roots:
        sight.take(await caller.answer(f"{{ {root} }}"))
    asked: set[str] = set()
    wanted = {*seeds, *sight.ids}
    while wanted:
        for id_ in await there(caller, sorted(wanted), sight):
            await look(caller, id_, sight)
        asked |= wanted
        wanted = sight.ids - asked
    return sight


async def there(caller: Caller, ids: list[str], sight: Sight) -> list[tuple[str, str]]:
    """(id, type) of those that are there for this caller."""
    found: list[tuple[str, str]] = []
    for start in range(0, len(ids), 100):
        some = ids[start : start + 100]
        answer = await caller.answer(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=some
        )
        sight.take(answer)
        nodes = (answer.get("data") or {}).get("nodes") or []
        found += [(node["id"], node["__typename"]) for node in nodes if node]
    return found


async def look(caller: Caller, found: tuple[str, str], sight: Sight) -> None:
    """One object with all its fields; where an error takes the object away, each field in a document of its own."""
    id_, name = found
    seen = sight.objects.setdefault(id_, {})
    fields = list(fields_of(GRAPHQL.type_map[name], 0))
    whole = await read(caller, found, " ".join(fields), sight)
    if whole is not None:
        seen |= whole
        return
    for one in fields:
        seen |= await read(caller, found, one, sight) or {}


async def read(
    caller: Caller, found: tuple[str, str], selection: str, sight: Sight
) -> dict[str, Any] | None:
    id_, name = found
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {selection} }} }} }}"
    answer = await caller.answer(document, id=id_)
    sight.take(answer)
    node: dict[str, Any] | None = (answer.get("data") or {}).get("node")
    return node
