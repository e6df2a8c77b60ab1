"""Parsers of what strangers send over HTTP: a request, or a refusal that is coded; nothing else comes out."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from app.observability import choose_request_id
from schema.errors import BadUserInput, Unauthenticated
from schema.transport.body import parse_post_body, parse_query_string
from schema.transport.credentials import bearer_token, credential_of
from schema.transport.hosts import host_of
from schema.transport.negotiation import MediaType, choose_media_type, is_json_content_type
from schema.transport.origins import may_connect
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TransportSettings
from schema.transport.write_positions import HEADER, position_of_headers, position_of_init

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


def headers(name: str, values: list[bytes]) -> Headers:
    return Headers(raw=[(name.encode(), value) for value in values])


BYTES = st.binary(max_size=80)
CREDENTIALS = st.lists(
    BYTES | st.sampled_from([b"Bearer sge_x", b"bearer  sgs_y", b"Basic x", b"Bearer", b" "]),
    min_size=1,
    max_size=3,
)


@given(CREDENTIALS)
def test_any_credential(values: list[bytes]) -> None:
    sent = credential_of(headers("authorization", values))
    assert sent is not None
    try:
        token = bearer_token(sent)
    except Unauthenticated:
        return
    assert token.isascii()
    assert token.isprintable()
    assert token == token.strip() != ""
    # Two headers are none: neither is what a proxy may have looked at.
    assert len(values) == 1 or "," in token


@given(
    st.none()
    | st.integers()
    | st.text()
    | st.lists(st.text())
    | st.dictionaries(st.text(), st.text())
)
def test_any_credential_of_a_socket(payload: object) -> None:
    for read in (bearer_token, lambda given: position_of_init({"position": given})):
        try:
            read(payload)
        except (Unauthenticated, BadUserInput):
            continue


@given(st.lists(BYTES | st.just(b"1-2"), max_size=3))
def test_any_position(values: list[bytes]) -> None:
    try:
        found = position_of_headers(headers(HEADER, values))
    except BadUserInput:
        return
    assert (found is None) == (not values)


ORIGINS = st.lists(
    BYTES
    | st.sampled_from(
        [
            b"https://app.example",
            b"http://sge.example",
            b"null",
            b"https://sge.example.evil.example",
        ]
    ),
    max_size=2,
)
PAGES = TransportSettings(public_url="https://sge.example/", cors_origins=("https://app.example",))
OURS = ([b"https://app.example"], [b"https://sge.example"], [b"http://sge.example"], [])


@given(ORIGINS)
def test_any_origin(values: list[bytes]) -> None:
    sent = Headers(raw=[(b"host", b"sge.example"), *((b"origin", one) for one in values)])
    assert may_connect(sent, PAGES) is ([one.lower() for one in values] in OURS)


@given(st.none() | st.text() | st.text("azAZ09._:- ", min_size=120, max_size=140))
def test_any_request_id(offered: str | None) -> None:
    chosen = choose_request_id(offered)
    assert 0 < len(chosen) <= 128
    assert chosen.isascii()
    assert chosen.isprintable()
    assert not set(chosen) & set(' "\\')
