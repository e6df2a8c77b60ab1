"""The exported SDL against the contract: names, types, arguments, defaults, descriptions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLEnumType, GraphQLNamedType, build_schema, print_ast

from schema.build import SDL_FILE, sdl

HERE = Path(__file__).parent
CONTRACT = build_schema((HERE / "contract.graphql").read_text())
OURS = build_schema(sdl())


def members(named: GraphQLNamedType) -> dict[str, Any]:
    """Fields, or an enum's values, by name."""
    if isinstance(named, GraphQLEnumType):
        return dict(named.values)
    return dict(getattr(named, "fields", {}))


def facts(member: Any) -> dict[str, Any]:
    """What a client relies on in one field, argument, input field or enum value."""
    node = member.ast_node
    default = getattr(node, "default_value", None)
    return {
        "type": str(getattr(member, "type", "")),
        "description": member.description,
        "default": print_ast(default) if default else None,
        "arguments": {name: facts(argument) for name, argument in arguments(member).items()},
    }


def arguments(member: Any) -> dict[str, Any]:
    return getattr(member, "args", None) or {}


def named_types(schema: Any) -> dict[str, GraphQLNamedType]:
    return {name: kind for name, kind in schema.type_map.items() if not name.startswith("__")}


def differences() -> Iterator[str]:
    wanted = named_types(CONTRACT)
    for name, kind in named_types(OURS).items():
        if name not in wanted:
            yield f"{name}: not in the contract"
            continue
        contract = wanted[name]
        if type(kind) is not type(contract) or kind.description != contract.description:
            yield f"{name}: another kind or description"
        if implemented(kind) != implemented(contract):
            yield f"{name}: other interfaces"
        for field, member in members(kind).items():
            other = members(contract).get(field)
            if other is None:
                yield f"{name}.{field}: not in the contract"
            elif facts(member) != facts(other):
                yield f"{name}.{field}: {facts(member)} is not {facts(other)}"


def implemented(kind: GraphQLNamedType) -> set[str]:
    return {interface.name for interface in getattr(kind, "interfaces", ())}


def missing() -> Iterator[str]:
    ours = named_types(OURS)
    for name, kind in named_types(CONTRACT).items():
        if name not in ours:
            yield name
        else:
            yield from (
                f"{name}.{field}" for field in members(kind) if field not in members(ours[name])
            )


def test_what_is_built_is_as_the_contract_says() -> None:
    found = list(differences())
    assert not found, "\n".join(found)


def test_what_is_not_built_yet_is_listed() -> None:
    listed = (HERE / "not_built_yet.txt").read_text().split()
    assert sorted(missing()) == listed


def test_the_file_is_what_the_code_exports() -> None:
    assert SDL_FILE.read_text() == sdl(), "run: make codegen"
