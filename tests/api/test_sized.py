"""The questions at size are all of the API's lists and summaries: a new one is measured, or named here with its reason."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from tests.api.sized import Sized, questions
from tests.api.walking import GRAPHQL, is_resolved, object_types

ROOTS = {"Mutation", "Subscription"}
SUMMARIES = {"ProgramStatistics", "DownlineSummary", "Statement", "Count"}
# A handful whatever the size: what a person sets up, or what hangs on somebody's own session.
FEW = {
    "Affiliate.pendingAdjustments",
    "Program.currencies",
    "Program.termsHistory",
    "Program.apiKeys",
    "Program.webhookEndpoints",
    "Program.providerSecrets",
    "Viewer.memberships",
    "Viewer.sessions",
    "MembershipConnection.totalCount",
}
# Of deliveries that were tried: a seeded program has no endpoints, tests/webhooks reads their plans.
NOT_SEEDED = {
    "WebhookEndpoint.deliveries",
    "WebhookDeliveryConnection.totalCount",
    "WebhookDelivery.tries",
}


class Asked(Visitor):
    """The fields that documents ask for, named Type.field."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.types.get_parent_type()
        assert parent is not None
        self.found.add(f"{parent.name}.{node.name.value}")


def lists_and_summaries() -> Iterator[str]:
    for kind in object_types():
        if kind.name not in ROOTS:
            for name, field in kind.fields.items():
                if is_list_or_summary(field):
                    yield f"{kind.name}.{name}"


def is_list_or_summary(field: GraphQLField) -> bool:
    named = get_named_type(field.type)
    if not is_resolved(field) or not isinstance(named, GraphQLObjectType):
        return False
    plain = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    many = isinstance(plain, GraphQLList) or named.name.endswith("Connection")
    return many or named.name in SUMMARIES


def asked_for() -> set[str]:
    types = TypeInfo(GRAPHQL)
    asked = Asked(types)
    for document in questions(Sized(dict.fromkeys(FACTS, UUID(int=1)) | PLAIN, FAR)).values():
        visit(parse(document), TypeInfoVisitor(types, asked))
    return asked.found


# Any will do: the documents are read, not sent.
FACTS = (
    "program",
    "root",
    "earner",
    "account",
    "payer",
    "carrier",
    "paid_batch",
    "waiting_batch",
    "payout",
)
_THEN = datetime(2026, 11, 1, tzinfo=UTC)
PLAIN = {
    "slug": "any",
    "wallet": "0x",
    "hash": b"",
    "newest": _THEN,
    "oldest": _THEN,
    "payouts_end": "",
    "lines_end": "",
}
FAR = {"Affiliate.downline": "", "LedgerAccount.entries": ""}


def test_every_list_and_summary_is_asked_at_size() -> None:
    assert set(lists_and_summaries()) - asked_for() == FEW | NOT_SEEDED
