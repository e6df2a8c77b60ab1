"""Parsers of what strangers send over HTTP: a request, or a refusal that is coded; nothing else comes out."""

from hypothesis import given
from hypothesis import strategies as st

from schema.errors import BadUserInput
from schema.transport.body import parse_post_body, parse_query_string
from schema.transport.hosts import host_of
from schema.transport.negotiation import MediaType, choose_media_type, is_json_content_type
from schema.transport.request import GraphQLRequest

NAMES = st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "x"])
ENCODED = st.lists(
    st.tuples(NAMES, st.text(max_size=20) | st.sampled_from(["{hello}", "{}", '{"a":1}', "null"]))
)
HEADER_WORDS = st.sampled_from(
    [
        "application/json",
        "application/*",
        "*/*",
        ";",
        ",",
        "q=",
        "q=nan",
        "q=1e9",
        "0.5",
        " ",
        '"',
        "charset=utf-8",
        "charset=utf-16",
        "text/html",
        "=",
        "application/graphql-response+json",
    ]
)


def is_a_request(found: GraphQLRequest) -> bool:
    return (
        bool(found.query) != bool(found.document_id)
        and found.operation_name != ""
        and isinstance(found.variables, dict)
    )


@given(st.binary(max_size=300))
def test_any_query_string(encoded: bytes) -> None:
    try:
        assert is_a_request(parse_query_string(encoded))
    except BadUserInput:
        return


@given(ENCODED, st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_query_strings_nearly_right(pairs: list[tuple[str, str]], encoding: str) -> None:
    encoded = "&".join(
        f"{name}=" + "".join(f"%{byte:02X}" for byte in value.encode(encoding, "ignore"))
        for name, value in pairs
    )
    names = [name for name, _ in pairs]
    try:
        found = parse_query_string(encoded.encode())
    except BadUserInput:
        return
    assert is_a_request(found)
    assert len(set(names)) == len(names)


@given(st.binary(max_size=300) | st.lists(HEADER_WORDS).map(lambda words: "".join(words).encode()))
def test_any_body(body: bytes) -> None:
    try:
        assert is_a_request(parse_post_body(body))
    except BadUserInput:
        return


@given(st.text() | st.lists(HEADER_WORDS).map("".join))
def test_any_media_type(header: str) -> None:
    assert choose_media_type(header) in {None, *MediaType}
    if is_json_content_type(header):
        assert header.strip().lower().startswith("application/json")


@given(st.text() | st.from_regex(r"[a-z0-9.:@/\[\]-]{0,30}", fullmatch=True))
def test_any_host(header: str) -> None:
    found = host_of(header)
    if found is not None:
        assert found
        assert found == found.lower()
        assert not set(found) & set("/@#?[]\\ ,%\r\n")
