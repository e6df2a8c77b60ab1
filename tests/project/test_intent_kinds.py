"""Every kind of intent is known wherever it has to be; what is missing is named."""

import re

import pytest
from graphql import GraphQLEnumType, build_schema

from app.chain.authorization import ChainKind
from app.domain.intents import KINDS
from app.domain.intents.kind import IntentKind
from app.processes.accept_intent import Intake
from sge.embedded.project import PROJECT

SDL = build_schema((PROJECT / "schema" / "schema.graphql").read_text())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_whole(kind: IntentKind) -> None:
    assert (PROJECT / "app" / "domain" / "intents" / f"{kind.name.lower()}.py").is_file()
    assert ChainKind[kind.name] == kind.chain_kind, "app/chain/authorization.py"
    snake_case = re.sub("([A-Z])", r"_\1", kind.operation).lower()
    assert hasattr(Intake, snake_case), "app/processes/accept_intent.py"
    tables = (PROJECT / "migrations" / "sql" / "04_intents.sql").read_text()
    assert f"'{kind.name}'" in tables, "the check of intent.kind in migrations/sql/04_intents.sql"
    named = SDL.type_map["IntentKind"]
    assert isinstance(named, GraphQLEnumType)
    assert kind.name in named.values, "schema/inputs/intents.py"
    assert SDL.mutation_type is not None
    mutation = SDL.mutation_type.fields.get(kind.operation)
    assert mutation is not None, "schema/mutation.py"
    fields = mutation.args["input"].type.of_type.fields
    assert kind.authorization_field in fields, "schema/inputs/intents.py"


def test_kinds_differ() -> None:
    for name in ("name", "operation", "chain_kind"):
        assert len({getattr(kind, name) for kind in KINDS}) == len(KINDS), name
