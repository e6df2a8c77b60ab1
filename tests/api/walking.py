"""Queries made from the SDL: the way to many objects of each type, and a selection of each of their fields."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.api.opened import SCHEMA

GRAPHQL = SCHEMA._schema

OF_PROGRAM = ("program(slug: $slug)",)
INTENTS = (*OF_PROGRAM, "intents(first: 5)", "nodes")
JOURNALS = (*OF_PROGRAM, "ledgerTransactions(first: 15)", "nodes")
AFFILIATES = (*OF_PROGRAM, "affiliates(first: 15)", "nodes")
COMMISSIONS = (*OF_PROGRAM, "commissions(first: 15)", "nodes")
BATCHES = (*OF_PROGRAM, "payoutBatches(first: 6)", "nodes")
PAYOUTS = (*BATCHES, "payouts(first: 6)", "nodes")
STATEMENT = 'statement(currency: "USDC", from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z")'
WAYS = {
    "Program": (*COMMISSIONS, "program"),
    "Affiliate": AFFILIATES,
    "User": (*OF_PROGRAM, "users(first: 15)", "nodes"),
    "Intent": INTENTS,
    "StuckDiagnosis": (
        *OF_PROGRAM,
        "intents(first: 5, filter: {stuck: true})",
        "nodes",
        "stuck",
    ),
    "IntentAttempt": (*INTENTS, "attempts"),
    "ChainTransaction": (*INTENTS, "attempts", "transaction"),
    "Settlement": (*INTENTS, "settlement"),
    "Reversal": (*INTENTS, "settlement", "reversals"),
    "Commission": COMMISSIONS,
    "LedgerAccount": (*OF_PROGRAM, "ledgerAccounts(first: 15)", "nodes"),
    "LedgerTransaction": JOURNALS,
    "LedgerEntry": (*JOURNALS, "entries(first: 15)", "nodes"),
    "Movement": (*JOURNALS, "movements"),
    "PayoutBatch": BATCHES,
    "SafeTransaction": (*BATCHES, "safeTransactions"),
    "Payout": PAYOUTS,
    "BatchChange": (*BATCHES, "changes(first: 15)", "nodes"),
    "ExcludedPayout": (*BATCHES, "excluded(first: 15)", "nodes"),
    "Statement": (*AFFILIATES, STATEMENT),
    "DownlineSummary": (*AFFILIATES, 'downlineSummary(currency: "USDC")'),
    "DownlineLevel": (*AFFILIATES, 'downlineSummary(currency: "USDC")', "levels"),
    "DownlineEdge": (*AFFILIATES, "downline(first: 15)", "edges"),
    "AuditEntry": (*OF_PROGRAM, "auditLog(first: 15)", "nodes"),
    "ApiKey": (*OF_PROGRAM, "apiKeys"),
    "Discrepancy": (*OF_PROGRAM, "discrepancies(first: 15)", "nodes"),
    "ReconciliationRun": (*OF_PROGRAM, "reconciliationRuns(first: 15)", "nodes"),
    "WebhookEndpoint": (*OF_PROGRAM, "webhookEndpoints"),
    "WebhookDelivery": (*OF_PROGRAM, "webhookEndpoints", "deliveries(first: 15)", "nodes"),
    "Lane": ("systemStatus", "lanes"),
    "Viewer": ("viewer",),
    "Membership": ("viewer", "memberships(first: 15)", "nodes"),
}
"""How to reach objects of each type whose fields are resolved: the more rows, the more objects."""

NAMED_BY_MUTATIONS_ONLY = {"BalanceAdjustment", "LoginPayload", "Session"}
"""No list shows them, or none to an API key: tests of their mutations look at their fields."""

SAMPLES = {
    "currency": '"USDC"',
    "from": '"2026-01-01T00:00:00Z"',
    "to": '"2026-02-01T00:00:00Z"',
    "bucket": "DAY",
    "asOf": '"2030-01-01T00:00:00Z"',
    "month": '"2026-11"',
    "maxLevels": "2",
    "since": '"2026-01-01T00:00:00Z"',
}


def object_types() -> Iterator[GraphQLObjectType]:
    for kind in GRAPHQL.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            yield kind


def is_resolved(field: GraphQLField) -> bool:
    """Whether a resolver gives the value, rather than an attribute of the row."""
    definition: Any = field.extensions.get("strawberry-definition")
    return definition is not None and definition.base_resolver is not None


def query_to(type_name: str, selection: str) -> str:
    """A query for something of many objects of a type."""
    for step in reversed(WAYS[type_name]):
        selection = f"{step} {{ {selection} }}"
    return f"query ($slug: String!) {{ here: program(slug: $slug) {{ id }} {selection} }}"


def selections(kind: GraphQLObjectType) -> Iterator[str]:
    """Each resolved field of a type, alone, with and without its optional arguments."""
    for name, field in kind.fields.items():
        if not is_resolved(field):
            continue
        below = leaves(field)
        needed = [arg for arg, it in field.args.items() if is_required_argument(it)]
        given = [arg for arg in field.args if arg in SAMPLES]
        yield f"{name}{arguments(needed)} {below}"
        if given != needed:
            yield f"{name}{arguments(given)} {below}"


def arguments(names: list[str]) -> str:
    return f"({', '.join(f'{name}: {SAMPLES[name]}' for name in names)})" if names else ""


def leaves(field: GraphQLField, depth: int = 3) -> str:
    """A selection of everything below a field that takes no arguments, a few levels down."""
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return ""
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    chosen = ["__typename"]
    for name, below in kind.fields.items():
        plain = not any(is_required_argument(it) for it in below.args.values())
        if is_leaf_type(get_named_type(below.type)):
            chosen += [name] if plain else []
        elif depth and not is_resolved(below):
            chosen.append(f"{name} {leaves(below, depth - 1)}")
        elif name == "totalCount":
            chosen.append("totalCount { value exact }")
    return f"{{ {' '.join(chosen)} }}"
