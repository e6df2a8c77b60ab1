"""Every kind of intent is known wherever it has to be; what is missing is named, file by file, all of it at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from app.domain.intents import KINDS, SIGNED_KINDS
from app.domain.intents.commerce_payment import CommercePayment
from app.domain.intents.kind import IntentKind, SignedKind
from app.domain.intents.payment import Payment
from app.domain.operations import rule_of
from app.domain.permissions import ApiScope
from sge.embedded.project import PROJECT


@dataclass(frozen=True)
class Place:
    """A file that names every kind. there: what stands in it; {…} are a kind's words, see _words.

    signed: only kinds that a mutation asks for and the chain settles stand there.
    """

    file: str
    add: str
    there: str
    signed: bool = True


PLACES = (
    Place(
        "app/domain/intents/{module}.py",
        "the kind: what is asked, checked and posted, its number on chain",
        r'name: ClassVar\[str\] = "{name}"',
        signed=False,
    ),
    Place(
        "contracts/src/SettlementItems.sol",
        "the constant of its chain_kind; then `make contracts`, and deploy",
        r"uint8 constant {name} = {number};",
    ),
    Place(
        "contracts/src/SettlementGateway.sol",
        "the kind in _refusalBeforehand: else each item is InvalidItem; one that pays must not be of nothing",
        r"item\.kind != {name}\b",
    ),
    Place(
        "migrations/sql/20261122_create_platform/04_intents.sql",
        "its name in the CHECK of intent.kind (after a release: a migration of its own)",
        r"CHECK \(kind IN \([^)]*'{name}'",
        signed=False,
    ),
    Place(
        "app/store/tables/intent.py",
        "its name in the same CheckConstraint",
        r"CheckConstraint\(\"kind IN \([^)]*'{name}'",
        signed=False,
    ),
    Place(
        "schema/inputs/intents.py",
        "a value of IntentKind",
        r'\n    {name} = "{name}"',
        signed=False,
    ),
    Place("schema/inputs/intents.py", "the input type of its mutation", r"\nclass {input}\b"),
    Place(
        "resolvers/changing_intents.py",
        "a function that makes Asked of the input",
        r"_ask\(info, {name}, ",
    ),
    Place("schema/mutation.py", "the field of its mutation", r"\n    {field}: IntentPayload"),
    Place(
        "schema/schema.graphql",
        "nothing by hand: `make codegen`",
        r"\n  {operation}\(input: {input}!",
    ),
    Place(
        "tests/schema/contract.graphql",
        "enum value; of what wallets sign also input and mutation: clients rely on them",
        r"enum IntentKind \{{[^}}]*\b{name}\b[\s\S]*\n  {operation}\(input: {input}!",
    ),
    Place(
        "tests/api/operations.py",
        "a call of its mutation, to try it with every scope",
        r'"Mutation\.{operation}": ',
    ),
    Place(
        "frontend-stub/src/parts/status.tsx",
        "its name for people, in kindWords",
        r"\n  {name}: \"",
        signed=False,
    ),
    Place(
        "frontend-stub/src/parts/status.tsx",
        "the filter's choice, in kinds",
        r"kinds: readonly IntentKind\[\] = \[[^\]]*\"{name}\"",
        signed=False,
    ),
    Place(
        "frontend-stub/src/generated/operations.ts",
        "nothing by hand: `make codegen`",
        r"IntentKind =[^;]*'{name}'",
        signed=False,
    ),
)


def missing(kind: IntentKind) -> Iterator[str]:
    """Where a kind is not known yet, and what to add there."""
    words = _words(kind)
    for place in PLACES:
        if place.signed and not isinstance(kind, SignedKind):
            continue
        file = PROJECT / place.file.format(**words)
        there = place.there.format(**words)
        if not file.is_file() or not re.search(there, file.read_text()):
            yield f"{file.relative_to(PROJECT)}: {place.add}"
    # Comes from SIGNED_KINDS; without it every key is told FORBIDDEN.
    if (
        isinstance(kind, SignedKind)
        and ApiScope.WRITE_INTENTS not in rule_of(f"Mutation.{kind.operation}").scopes
    ):
        yield "app/domain/permissions.py: who may ask for its mutation"


def _words(kind: IntentKind) -> dict[str, str]:
    words = {"name": kind.name, "module": kind.name.lower()}
    if not isinstance(kind, SignedKind):
        return words
    return words | {
        "number": str(kind.chain_kind),
        "operation": kind.operation,
        "field": re.sub("([A-Z])", r"_\1", kind.operation).lower(),
        "input": f"{kind.operation[0].upper()}{kind.operation[1:]}Input",
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_whole(kind: IntentKind) -> None:
    todo = list(missing(kind))
    assert not todo, f"{kind.name} is missing in\n" + "\n".join(todo)


class Toy(Payment):
    """A kind that nobody knows."""

    name: ClassVar[str] = "TOY"
    operation: ClassVar[str] = "buyToy"
    chain_kind: ClassVar[int] = 99


def test_every_place_is_named() -> None:
    todo = list(missing(Toy()))
    assert len(todo) == len(PLACES) + 1, "a pattern finds what is not there"
    assert todo[0].startswith("app/domain/intents/toy.py: ")
    assert todo[-1].startswith("app/domain/permissions.py: ")


class Gift(CommercePayment):
    """A kind that nobody knows and no wallet signs."""

    name: ClassVar[str] = "GIFT"


def test_every_place_of_an_unsigned_kind_is_named() -> None:
    todo = list(missing(Gift()))
    assert len(todo) == sum(not place.signed for place in PLACES)
    assert todo[0].startswith("app/domain/intents/gift.py: ")


def test_kinds_differ() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for name in ("operation", "chain_kind"):
        assert len({getattr(kind, name) for kind in SIGNED_KINDS}) == len(SIGNED_KINDS), name
