"""Which address counts: nothing that a client writes moves it."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.client_address import UNKNOWN, client_address, parse_networks

TRUSTED = parse_networks("10.0.0.0/8, fd00::/8 127.0.0.1")


@pytest.mark.parametrize(
    ("peer", "headers", "counted"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        # A peer that is no proxy of ours may say what it likes.
        ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        # The client's own entries stand to the left of what our proxy wrote.
        ("10.0.0.1", ["1.1.1.1, 2.2.2.2, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7,10.1.2.3 , \t10.9.9.9"], "198.51.100.7"),
        # It may claim to be one of our proxies, too: what is before that is not looked at.
        ("10.0.0.1", ["10.6.6.6, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["10.2.2.2, 10.3.3.3"], "10.2.2.2"),
        ("10.0.0.1", ["198.51.100.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["nonsense, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, nonsense, 10.4.4.4"], "10.4.4.4"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["_hidden, 1.2.3.4:80"], "10.0.0.1"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("fe80::1%eth0", [], UNKNOWN),
        (None, ["1.1.1.1"], UNKNOWN),
        ("/run/api.sock", ["1.1.1.1"], UNKNOWN),
    ],
)
def test_the_address_that_counts(peer: str | None, headers: list[str], counted: str) -> None:
    assert client_address(peer, headers, TRUSTED) == counted


CLIENTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["10.0.0.7", "127.0.0.1", "::1", ",", "for=1.1.1.1", "1.1.1.1, ", "\x00"]),
    st.ip_addresses().map(str),
)


@given(st.lists(CLIENTS, max_size=5), st.ip_addresses())
def test_what_a_client_sends_changes_nothing(forged: list[str], client: object) -> None:
    plain = client_address("10.0.0.1", [str(client)], TRUSTED)
    assert client_address("10.0.0.1", [*forged, str(client)], TRUSTED) == plain or any(
        ip_address(str(client)) in network for network in TRUSTED
    )
    direct = client_address(str(client), forged, ())
    assert direct == client_address(str(client), [], ())


@given(st.text(), st.lists(st.text(), max_size=4))
def test_whatever_comes_there_is_a_short_answer(peer: str, headers: list[str]) -> None:
    assert 0 < len(client_address(peer, headers, TRUSTED)) <= 45


@pytest.mark.parametrize("text", ["10.0.0.1/8", "nonsense", "10.0.0.0/33", "10.0.0.0/8;::1"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no network"):
        parse_networks(text)
