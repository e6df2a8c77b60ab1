"""EIP-4361 messages: each has one text, and what is beside the grammar is refused."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.chain.address import checksum_address
from app.chain.sign_in import read_sign_in_message
from app.domain.siwe.instant import parse_instant, write_instant
from app.domain.siwe.message import NotASignInMessage, SignInMessage
from app.domain.siwe.text import LONGEST_MESSAGE, parse_message, write_message
from app.domain.siwe.uri import is_authority, is_uri, origin_of

ADDRESS = "0x9D85ca56217D2bb651b00f15e694EB7E713637D4"
TEXT = f"""app.example wants you to sign in with your Ethereum account:
{ADDRESS}

Sign in.

URI: https://app.example/login
Version: 1
Chain ID: 8453
Nonce: bTyXgcQxn2htgkjJn
Issued At: 2026-11-22T12:00:00.000Z
Expiration Time: 2026-11-22T12:05:00.000Z"""

_LETTERS = string.ascii_letters + string.digits
_PCHARS = some.text(_LETTERS + "-._~!$&'()*+,;=:@", max_size=20)
_HOSTS = some.one_of(
    some.from_regex(r"[a-z0-9\-]{1,20}(\.[a-z0-9]{1,9}){0,2}", fullmatch=True),
    some.ip_addresses(v=4).map(str),
    some.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)
_DOMAINS = some.builds(
    lambda user, host, port: f"{user}{host}{port}",
    some.sampled_from(["", "me@", "me:%20@"]),
    _HOSTS,
    some.sampled_from(["", ":8080", ":"]),
)
_SCHEMES = some.from_regex(r"[a-zA-Z][a-zA-Z0-9+.\-]{0,9}", fullmatch=True)
_URIS = some.one_of(
    some.builds(
        lambda scheme, domain, path: f"{scheme}://{domain}/{path}?a=%7e#",
        _SCHEMES,
        _DOMAINS,
        _PCHARS,
    ),
    some.builds(lambda scheme, path: f"{scheme}:{path}", _SCHEMES, _PCHARS),
)
_TIMES = some.datetimes(timezones=some.just(UTC)).map(write_instant)
MESSAGES = some.builds(
    SignInMessage,
    domain=_DOMAINS,
    address=some.binary(min_size=20, max_size=20).filter(any).map(checksum_address),
    uri=_URIS,
    version=some.just("1"),
    chain_id=some.integers(0, 2**63 - 1),
    nonce=some.text(_LETTERS, min_size=8, max_size=80),
    issued_at=_TIMES,
    scheme=some.none() | _SCHEMES,
    statement=some.none() | some.text(_LETTERS + ":/?#[]@!$&'()*+,;= -._~", min_size=1),
    expiration_time=some.none() | _TIMES,
    not_before=some.none() | _TIMES,
    request_id=some.none() | _PCHARS,
    resources=some.none() | some.lists(_URIS, max_size=4).map(tuple),
)


@given(MESSAGES)
def test_a_message_comes_back_from_its_text(message: SignInMessage) -> None:
    assert read_sign_in_message(write_message(message)) == message


@given(some.one_of(some.text(), some.text("- :\nURI0x1VersionNonceChainIDwants")))
def test_any_text_is_a_message_or_refused(text: str) -> None:
    with pytest.raises(NotASignInMessage):
        parse_message(text)


@settings(max_examples=150)
@given(MESSAGES, some.data())
def test_a_bent_text_is_refused_or_says_something_else(
    message: SignInMessage, data: some.DataObject
) -> None:
    """Never the same message by another text: then what was signed would not be what was read."""
    text = write_message(message)
    start = data.draw(some.integers(0, len(text)))
    end = data.draw(some.integers(start, min(len(text), start + 3)))
    bent = text[:start] + data.draw(some.text(max_size=3)) + text[end:]
    try:
        read = parse_message(bent)
    except NotASignInMessage:
        return
    assert write_message(read) == bent
    assert (read == message) == (bent == text)


@given(some.text(max_size=40))
def test_the_grammars_refuse_without_fault(text: str) -> None:
    for judge in (is_uri, is_authority, parse_instant, origin_of):
        judge(text)


@pytest.mark.parametrize(
    "bent",
    [
        TEXT + "\n",
        TEXT + " ",
        "\n" + TEXT,
        " " + TEXT,
        "\ufeff" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n\n", "\n"),
        TEXT.replace("\n", "\u2028"),
        TEXT.replace("Sign in.", ""),
        TEXT.replace("Sign in.", "Sign\tin."),
        TEXT.replace("Sign in.\n\n", "Sign in.\nAnd more.\n"),
        TEXT.replace("app.example wants", "app.example:80x wants"),
        TEXT.replace("app.example wants", "[::1]:80x wants"),
        TEXT.replace("Sign in.", "Melde dich an, bitte schön."),
        TEXT.replace("app.example wants", "аpp.example wants"),  # noqa: RUF001  a Cyrillic letter
        TEXT.replace("app.example wants", "app.example\u200b wants"),
        TEXT.replace("app.example wants", "app.example  wants"),
        TEXT.replace("app.example wants", "app.example@ wants"),
        TEXT.replace("Ethereum account", "ethereum account"),
        TEXT.replace(ADDRESS, ADDRESS.lower()),
        TEXT.replace(ADDRESS, "0x" + ADDRESS[2:].upper()),
        TEXT.replace(ADDRESS, "0x" + "0" * 40),
        TEXT.replace(ADDRESS, ADDRESS + " "),
        TEXT.replace("Version: 1", "Version: 01"),
        TEXT.replace("Version: 1", "Version: 1\nVersion: 1"),
        TEXT.replace("Chain ID: 8453", "Chain ID: 08453"),
        TEXT.replace("Chain ID: 8453", "Chain ID: +8453"),
        TEXT.replace("Chain ID: 8453", "Chain ID: 8_453"),
        TEXT.replace("Chain ID: 8453", "Chain ID: ٨"),
        TEXT.replace("Chain ID: 8453", "Chain ID: 9999999999999999999"),
        TEXT.replace("Nonce: ", "Nonce:  "),
        TEXT.replace("bTyXgcQxn2htgkjJn", "bTyXgcQ-n2htgkjJn"),
        TEXT.replace("bTyXgcQxn2htgkjJn", "bTyXgcQxn2htgkjJ\N{LATIN SMALL LETTER N WITH TILDE}"),
        TEXT.replace("12:00:00.000Z", "12:00:00.000"),
        TEXT.replace("12:00:00.000Z", "12:00:60Z"),
        TEXT.replace("12:00:00.000Z", "24:00:00Z"),
        TEXT.replace("12:00:00.000Z", "12:00:00+24:00"),
        TEXT.replace("2026-11-22T12:00", "2026-02-30T12:00"),
        TEXT.replace("2026-11-22T12:00", "2026-11-22 12:00"),
        TEXT.replace("2026-11-22T12:00:00.000Z", "0001-01-01T00:00:00+23:59"),
        TEXT.replace("https://app.example/login", "https://app.example/lo gin"),
        TEXT.replace("https://app.example/login", "https://app.example/%zz"),
        TEXT.replace("https://app.example/login", "/login"),
        TEXT.replace("https://app.example/login", "https://[::1%25eth0]/"),
        TEXT + "\nResources:\n-https://app.example",
        TEXT + "\nResources:\n- ",
        TEXT + "\nResources: ",
        TEXT + "\nRequest ID: a/b",
        TEXT + "\nExpiration Time: 2026-11-22T12:05:00.000Z",
        TEXT + "\nNot Before: 2026-11-22T12:05:00.000Z\nChain ID: 1",
    ],
)
def test_what_stands_beside_the_grammar(bent: str) -> None:
    assert bent != TEXT
    with pytest.raises(NotASignInMessage):
        read_sign_in_message(bent)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000Z"),
        ("2026-11-22t12:00:00z", "2026-11-22T12:00:00.000Z"),
        ("2026-11-22T12:00:00.123456789Z", "2026-11-22T12:00:00.123Z"),
        ("2026-11-22T23:30:00-02:00", "2026-11-23T01:30:00.000Z"),
        ("2026-11-22T00:15:00+05:45", "2026-11-21T18:30:00.000Z"),
    ],
)
def test_instants(text: str, same: str) -> None:
    instant = parse_instant(text)
    assert instant is not None
    assert write_instant(instant) == same


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://app.example/login?a#b", "https://app.example"),
        ("https://app.example", "https://app.example"),
        ("https://app.example?next=//evil.example", "https://app.example"),
        ("https://app.example@evil.example/", "https://app.example@evil.example"),
        ("https://APP.example/", "https://APP.example"),
        ("https://app.example:443/", "https://app.example:443"),
        ("https://app.example#@evil.example", "https://app.example"),
        ("https://app.example\\@evil.example", None),
        ("https://app.example:443:443", None),
        ("https://app.example:443@evil.example", "https://app.example:443@evil.example"),
        ("https:/app.example", None),
        ("https:///app.example", None),
        ("urn:isbn:1", None),
        ("https://app.example/ü", None),
    ],
)
def test_origins(uri: str, origin: str | None) -> None:
    assert origin_of(uri) == origin


def test_a_huge_text_is_refused() -> None:
    filled = TEXT.replace("Sign in.", "a" * (LONGEST_MESSAGE - len(TEXT) + len("Sign in.")))
    assert len(filled) == LONGEST_MESSAGE
    assert parse_message(filled).statement is not None
    with pytest.raises(NotASignInMessage, match="length"):
        parse_message(filled.replace("aaa", "aaaa", 1))
    for hostile in ("%" * 8000, "a:" * 4000, "[" * 8000, "@" * 8000, ":" * 8000, "1" * 8000):
        for text in (hostile, TEXT.replace("/login", f"/{hostile}")[:LONGEST_MESSAGE]):
            is_uri(f"a://{text}")
            is_authority(text)
            parse_instant(text)
            with pytest.raises(NotASignInMessage):
                parse_message(text)


def test_milliseconds_are_kept() -> None:
    assert write_instant(datetime(2026, 11, 22, 1, 2, 3, 456789, UTC)) == "2026-11-22T01:02:03.456Z"
