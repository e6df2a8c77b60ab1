"""Connections print as the contract writes them."""

from graphql import print_type

from tests.transport.tiny_schema import SCHEMA


def test_a_connection_prints_as_in_the_contract() -> None:
    types = SCHEMA._schema.type_map
    printed = [" ".join(print_type(types[name]).split()) for name in ("ThingConnection", "Count")]
    assert printed == [
        (
            "type ThingConnection { edges: [ThingEdge!]! nodes: [Thing!]! pageInfo: PageInfo! "
            "totalCount: Count! }"
        ),
        (
            '"""Counted up to 10 001; exact is false above.""" type Count { value: Int! '
            "exact: Boolean! }"
        ),
    ]
    assert "things(first: Int! = 50, after: String): ThingConnection" in print_type(types["Query"])
