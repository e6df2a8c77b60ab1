"""Ports for servers: nobody's outgoing connection sits on them."""

import socket
from pathlib import Path

import pytest

from sge.embedded import ports
from sge.embedded.failures import EmbeddedFailure
from sge.embedded.ports import LOOPBACK, free_port

_GIVEN_TO_CONNECTIONS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_none_is_one_that_the_system_gives_to_connections() -> None:
    first = 32_768
    if _GIVEN_TO_CONNECTIONS.exists():
        first = int(_GIVEN_TO_CONNECTIONS.read_text().split()[0])
    assert all(1_024 <= free_port() < max(first, 32_768) for _ in range(200))


def test_one_that_somebody_listens_on_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(ports, "_OURS", range(port, port + 1))
        with pytest.raises(EmbeddedFailure, match=f"between {port} and {port} are all in use"):
            free_port()
