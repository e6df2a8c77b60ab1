"""Addresses that tenants give for webhooks: whatever is not plainly a public name over https is refused."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.webhooks.targets import UnsuitableTarget, parse_target

REFUSED = [
    *("http://example.com/", "ftp://example.com/", "//example.com/", "example.com", "", "https://"),
    *("file:///etc/passwd", "gopher://example.com:443/", "https:example.com", "https:/example.com"),
    # This machine, its network, and what clouds put there.
    *("https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://localhost.localdomain/"),
    *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/"),
    *("https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1.:443/", "https://0/", "https://0x/"),
    *("https://10.0.0.1/", "https://192.168.0.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/"),
    *("https://100.64.0.1/", "https://255.255.255.255/", "https://8.8.8.8/", "https://134744072/", "https://1.2.3/"),
    *("https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[fd00::1]/"),
    *("https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[::127.0.0.1]/", "https://[2606:4700::1111]/"),
    *("https://metadata.google.internal/", "https://metadata/", "https://printer.local/", "https://router.lan/"),
    *("https://db.internal/", "https://host.docker.internal/", "https://x.home.arpa/", "https://a.example/", "https://x.onion/"),
    # Names in other dress.
    *("https://example.com./", "https://example..com/", "https://.example.com/", "https://-a.com/", "https://a-.com/"),
    *("https://exa mple.com/", "https://exam_ple.com/", "https://\uff45xample.com/", "https://example。com/", "https://bücher.de/"),
    *("https://①②⑦.0.0.1/", "https://example.com%00/", "https://example.com%2e/", "https://exam%70le.com/"),
    *("https://" + "a" * 64 + ".com/", "https://" + "a." * 127 + "com/"),
    # Two readers, two hosts.
    *("https://user@example.com/", "https://user:word@example.com/", "https://example.com@127.0.0.1/", "https://@example.com/"),
    *("https://127.0.0.1\\@example.com/", "https://example.com\\.evil.net/", "https:\\\\example.com/", "https://example.com#@evil.net/"),
    *("https://example.com/#part", "https://example.com/a b", "https://example.com/\r\nhost: x", "https://example.com/\t"),
    *(" https://example.com/", "https://example.com/\n", "https://example.com\x00/", "https://example.com/ü", "https://example.com/%"),
    *("https://example.com/%zz", 'https://example.com/"', "https://example.com/<", "https://example.com/{}"),
    # Ports.
    *("https://example.com:80/", "https://example.com:22/", "https://example.com:6379/", "https://example.com:0/"),
    *("https://example.com:65536/", "https://example.com:99999/", "https://example.com:/", "https://example.com:0443/"),
    *("https://example.com:-1/", "https://example.com:443:443/", "https://example.com:4\uff143/"),
    "https://example.com/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_no_public_address_is_refused(url: str) -> None:
    with pytest.raises(UnsuitableTarget) as refused:
        parse_target(url)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("https://example.com", "https://example.com/"),
        ("https://example.com?a=1", "https://example.com/?a=1"),
        ("HTTPS://Example.COM:443/Hooks/?A=b&c=%2F", "https://example.com/Hooks/?A=b&c=%2F"),
        ("https://a.b-c.example.net:8443/x", "https://a.b-c.example.net:8443/x"),
        ("https://xn--bcher-kva.de/", "https://xn--bcher-kva.de/"),
        ("https://1e100.net/", "https://1e100.net/"),
        ("https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"),  # told apart when it resolves
    ],
)
def test_a_public_address_has_one_spelling(url: str, spelled: str) -> None:
    assert parse_target(url).url == spelled
    assert parse_target(spelled).url == spelled


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/x", "http://localhost:1/", "https://[::1]:9/", "http://[::1]/"]
)
def test_this_machine_is_for_development(url: str) -> None:
    assert parse_target(url, allow_loopback=True).url == url
    with pytest.raises(UnsuitableTarget):
        parse_target(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.2/", "http://127.1/", "http://10.0.0.1/", "http://example.com/"]
)
def test_nothing_else_is(url: str) -> None:
    with pytest.raises(UnsuitableTarget):
        parse_target(url, allow_loopback=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/", "https://"),
        ("https://u@example.com/", "user name"),
        ("https://bücher.de/", "xn--"),
        ("https://127.0.0.1/", "numbers"),
        ("https://[::1]/", "numbers"),
        ("https://db.internal/", "inside"),
        ("https://example.com:22/", "443, 8443"),
        ("https://example.com/#a", "fragment"),
        ("https://example.com./", "dot at its end"),
    ],
)
def test_what_is_wrong_is_said(url: str, said: str) -> None:
    with pytest.raises(UnsuitableTarget, match=re.escape(said)):
        parse_target(url)


PIECES = st.sampled_from(
    ["https://", "http://", "//", "example.com", "127.0.0.1", "@", ":", "443", "/", "\\", "?", "#", "[", "]", "::1", "%2e",
     "%", ".", "..", "0x7f", "a", "A", "-", "_", " ", "\t", "\n", "\x00", "。", "é", "localhost", ".com", "\u017f", "\u212a"]
)  # fmt: skip


@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=60)))
def test_readers_agree_on_whatever_is_accepted(url: str) -> None:
    """The address that is stored is read alike by two other libraries, and by ourselves again."""
    for text in (url, f"https://{url}"):
        try:
            target = parse_target(text)
        except UnsuitableTarget:
            continue
        other, third = urlsplit(target.url), httpx.URL(target.url)
        assert (other.scheme, other.hostname, other.port or 443) == (
            "https",
            target.host,
            target.port,
        )
        assert (third.scheme, third.host, third.port or 443) == ("https", target.host, target.port)
        assert third.raw_path.decode() == target.path
        assert parse_target(target.url) == target
        assert not target.loopback
