"""Documents that cost more than they look like, or tell what the schema is."""

# ruff: noqa: UP031  GraphQL has the braces that str.format would need twice

from tests.attacks.probes.probe import Probe, asking, getting, posted, probes
from tests.attacks.test_document_caps import CAPS


def _doubling(levels: int) -> str:
    """Each fragment spreads the next twice."""
    chain = " ".join(
        f"fragment F{n} on Viewer {{ ...F{n + 1} ... {{ ...F{n + 1} }} }}" for n in range(levels)
    )
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{levels} on Viewer {{ kind }}"


OVERLAPPING = "{ viewer { %s } }" % " ".join(f"... {{ kind a{n}: kind }}" for n in range(400))
CONFLICTING = "{ viewer { kind: kind kind: wallet } }"
DEEP_LIST = "[" * 3_000 + "]" * 3_000

COSTLY = {
    "100 001 rows": "{ a: programs(first: 200) { nodes { commissions(first: 200) { nodes { id } } } } "
    "b: programs(first: 200) { nodes { commissions(first: 200) { nodes { id } } } } }",
    "a page of pages of pages": "{ programs(first: 200) { nodes { affiliates(first: 200) { nodes { "
    "children(first: 200) { nodes { id } } } } } } }",
    "fields that overlap": OVERLAPPING,
    "fragments that double": _doubling(30),
    "a list in lists": "{ nodes(ids: %s) { id } }" % DEEP_LIST,
    "comments without end": "{ viewer { kind } }" + "#x\n" * 200_000,
    "names without end": "{ %s }" % ("x" * 500_000),
    "a thousand operations": "query A { viewer { kind } } "
    + "query B%d { viewer { kind } } " % 1
    + " ".join("query C%d { viewer { kind } }" % n for n in range(1_000)),
    "a thousand variables": "query (%s) { viewer { kind } }"
    % " ".join("$v%d: Int" % n for n in range(1_000)),
    "block strings": '{ node(id: """%s""") { id } }' % ("\\n" * 100_000),
}
WRONG = {
    "a fragment that spreads itself": "{ viewer { ...F } } fragment F on Viewer { ...F }",
    "fragments in a ring": "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
    "fields that conflict": CONFLICTING,
    "unknown directives": "{ viewer { kind @admin @bypass(auth: true) } }",
    "a directive twice": "{ viewer { kind @include(if: true) @include(if: true) } }",
    "defer and stream": "{ viewer { ... @defer { kind } } }",
    "a subscription over HTTP": 'subscription { programEvents(programId: "%(program)s") { type } }',
    "the schema's definition": "type Query { viewer: Int } extend type Query { x: Int }",
    "nothing": "",
    "half a document": "{ viewer { kind ",
    "a zero byte": "{ viewer { kind \x00 } }",
    "a right-to-left mark": "{ viewer { \u202ekind } }",
    "letters that look alike": "{ vi\u0435wer { kind } }",
}
HIDDEN = {
    "the schema": "{ __schema { types { name } } }",
    "the schema under an alias": "{ a: __schema { b: types { c: name } } }",
    "the schema in a fragment": "{ ...F } fragment F on Query { __schema { types { name } } }",
    "one type": '{ __type(name: "Mutation") { fields { name } } }',
    "a field that is nearly right": "{ view { kind } }",
    "an argument that is nearly right": '{ node(idd: "x") { id } }',
    "an enum's values": '{ program(slug: "x") { members(role: ADMI) { nodes { wallet } } } }',
    "an input's fields": "mutation { registerUser(input: {}) { intent { id } } }",
}


def documents() -> list[Probe]:
    """Attacks by documents and variables."""
    caps = {
        f"{cap} beyond the cap": asking(beyond.replace("%", "%%"))
        for cap, (_, beyond) in CAPS.items()
    }
    refused = (
        "400 QUERY_TOO_COMPLEX",
        "200 QUERY_TOO_COMPLEX",
        "400 BAD_USER_INPUT",
        "200 BAD_USER_INPUT",
    )
    ids = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    variables = {
        "a million values": asking(ids, {"ids": ["x"] * 100_000}),
        "values in values": asking(ids, {"ids": deep}),
        "values nobody asked for": asking(ids, {"ids": "x", "more": list(range(100_000))}),
        "a text of a megabyte": asking(ids, {"ids": "x" * 1_100_000}),
        "keys without end": asking(ids, {"ids": "x", "more": {str(n): n for n in range(50_000)}}),
    }
    batches = {
        "a batch": posted(b'[{"query":"{viewer{kind}}"},{"query":"{viewer{kind}}"}]', token=True),
        "a batch of one": posted(b'[{"query":"{viewer{kind}}"}]', token=True),
        "an empty batch": posted(b"[]", token=True),
        "an object that counts like a batch": posted(
            b'{"0":{"query":"{viewer{kind}}"}}', token=True
        ),
        "several operations without a name": asking(
            "query A { viewer { kind } } query B { viewer { kind } }"
        ),
        "a mutation by GET": getting(
            "/graphql?query=mutation%%7B__typename%%7D", "Authorization: Bearer %(token)s"
        ),
    }
    return [
        *probes("caps", caps, *refused),
        *probes(
            "cost",
            {name: asking(text) for name, text in COSTLY.items()},
            *refused,
        ),
        *probes("form", {name: asking(text) for name, text in WRONG.items()}, *refused),
        *probes("schema", {name: asking(text) for name, text in HIDDEN.items()}, *refused),
        *probes("variables", variables, *refused, "413 PAYLOAD_TOO_LARGE", "413 BAD_USER_INPUT"),
        *probes("batches", batches, *refused, "405 BAD_USER_INPUT"),
    ]
