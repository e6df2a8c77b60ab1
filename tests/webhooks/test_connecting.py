"""Where a webhook really goes: to an address that was checked, with the name's certificate, and nowhere else."""

import asyncio
import ssl
from pathlib import Path

import pytest

from app.domain.clock import real_clock
from app.processes.webhooks.sending import Message, Patience, Sender
from tests.webhooks.network import Authority, Names, routed
from tests.webhooks.receiver import receiving

PUBLIC, OTHER = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
MESSAGE = Message("https://hooks.acme.com/in?a=b", {"webhook-id": "whd_1"}, b'{"a":1}')
NOT_PUBLIC = "The name does not resolve to public addresses."


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def sender_of(names: Names, tls: ssl.SSLContext | None = None) -> Sender:
    return Sender(names, real_clock, tls=tls, patience=Patience(1.0, 2.0))


async def test_certificate_and_host_are_the_names_the_connection_the_addresss(
    authority: Authority,
) -> None:
    tls, asked = authority.server("hooks.acme.com"), list[str]()
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)  # type: ignore[assignment]
    async with receiving(tls) as receiver:
        names = Names([[PUBLIC]])
        sender = sender_of(names, authority.trusting)
        network = routed(sender, {PUBLIC: receiver.port})
        outcome = await sender.send(MESSAGE)
        assert (outcome.status, outcome.error) == (200, None)
        assert network.dialled == [(PUBLIC, 443)]
        assert (names.asked, asked) == (["hooks.acme.com"], ["hooks.acme.com"])
        [got] = receiver.got
        assert got.line == "POST /in?a=b HTTP/1.1"
        assert (got.headers["host"], got.body) == ("hooks.acme.com", b'{"a":1}')


async def test_an_address_of_version_6_and_another_port(authority: Authority) -> None:
    async with receiving(authority.server("hooks.acme.com")) as receiver:
        sender = sender_of(Names([[OTHER]]), authority.trusting)
        network = routed(sender, {OTHER: receiver.port})
        outcome = await sender.send(Message("https://hooks.acme.com:8443/", {}, b"{}"))
        assert outcome.delivered
        assert network.dialled == [(OTHER, 8443)]
        assert receiver.got[0].headers["host"] == "hooks.acme.com:8443"


async def test_a_certificate_of_another_name_is_refused(authority: Authority) -> None:
    async with receiving(authority.server("evil.acme.com")) as receiver:
        sender = sender_of(Names([[PUBLIC]]), authority.trusting)
        routed(sender, {PUBLIC: receiver.port})
        outcome = await sender.send(MESSAGE)
        assert "certificate is not good for the name" in (outcome.error or "")
        assert receiver.got == []


async def test_an_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    async with receiving(authority.server("hooks.acme.com")) as receiver:
        for tls in (None, Authority(tmp_path).trusting):
            sender = sender_of(Names([[PUBLIC]]), tls)
            routed(sender, {PUBLIC: receiver.port})
            outcome = await sender.send(MESSAGE)
            assert "certificate is not good" in (outcome.error or "")
        assert receiver.got == []


@pytest.mark.parametrize(
    "answer",
    [
        *(["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:93.184.216.34"], []),
        *([PUBLIC, "127.0.0.1"], ["192.168.1.1", PUBLIC], [OTHER, "fd00::1"], ["64:ff9b::7f00:1"]),
        *(["fe80::1%lo"], ["0.0.0.0"], ["100.64.0.1"], ["not an address"]),
    ],
)
async def test_a_name_that_leads_inside_is_not_connected_to(answer: list[str]) -> None:
    sender = sender_of(Names([answer]))
    network = routed(sender, {})
    outcome = await sender.send(MESSAGE)
    assert (outcome.error, network.dialled) == (NOT_PUBLIC, [])


async def test_a_name_that_changes_its_mind_is_looked_at_each_time(authority: Authority) -> None:
    """DNS rebinding: public when it is checked, private when it is connected to."""
    async with receiving(authority.server("hooks.acme.com")) as receiver:
        names = Names([[PUBLIC], ["127.0.0.1"], [PUBLIC]])
        sender = sender_of(names, authority.trusting)
        network = routed(sender, {PUBLIC: receiver.port, "127.0.0.1": receiver.port})
        # Asked once, connected to what that answer said.
        assert (await sender.send(MESSAGE)).delivered
        assert names.asked == ["hooks.acme.com"]
        assert (await sender.send(MESSAGE)).error == NOT_PUBLIC
        assert (await sender.send(MESSAGE)).delivered
        assert network.dialled == [(PUBLIC, 443)] * 2


async def test_a_name_that_is_never_answered_is_a_failure() -> None:
    class Silence(Names):
        async def resolve(self, host: str) -> list[str]:
            await asyncio.Event().wait()
            return [host]

    outcome = await sender_of(Silence([])).send(MESSAGE)
    assert outcome.error == "There was no answer within 2 seconds."


async def test_the_next_address_is_tried_when_one_refuses(authority: Authority) -> None:
    async with receiving(authority.server("hooks.acme.com")) as receiver:
        sender = sender_of(Names([["8.8.8.8", PUBLIC]]), authority.trusting)
        network = routed(sender, {PUBLIC: receiver.port})
        assert (await sender.send(MESSAGE)).delivered
        assert [host for host, _ in network.dialled] == ["8.8.8.8", PUBLIC]
        assert len(receiver.got) == 1


async def test_the_environments_proxy_is_not_asked(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy, receiving(authority.server("hooks.acme.com")) as receiver:
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        sender = sender_of(Names([[PUBLIC]]), authority.trusting)
        routed(sender, {PUBLIC: receiver.port})
        assert (await sender.send(MESSAGE)).delivered
        assert proxy.connections == 0


async def test_no_cookie_comes_back(authority: Authority) -> None:
    async with receiving(authority.server("hooks.acme.com")) as receiver:
        receiver.headers["set-cookie"] = "session=of-another-tenant; path=/"
        sender = sender_of(Names([[PUBLIC]]), authority.trusting)
        routed(sender, {PUBLIC: receiver.port})
        for _ in range(2):
            assert (await sender.send(MESSAGE)).delivered
        assert all("cookie" not in one.headers for one in receiver.got)
        assert receiver.connections == 2


@pytest.mark.parametrize("flood", [b"x: y\r\n" * 1000, b"x" * 65536])
async def test_an_endless_answer_is_not_read(flood: bytes) -> None:
    """Headers without an end, then a body without one: neither memory nor time goes to it."""
    written = 0

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        start = b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if flood.startswith(b"xx") else b"")
        try:
            writer.write(start)
            while written < 200_000_000:
                writer.write(flood)
                written += len(flood)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Sender(Names([[]]), real_clock, allow_loopback=True, patience=Patience(1.0, 2.0))
    outcome = await sender.send(Message(f"http://127.0.0.1:{port}/", {}, b"{}"))
    server.close()
    if flood.startswith(b"xx"):
        assert outcome.delivered
    else:
        assert outcome.error == "The connection ended before an answer."
    assert written < 20_000_000
    assert outcome.duration_ms < 2_500


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"\r\n\r\n", b"SSH-2.0-OpenSSH_9\r\n", b"\x00\xff" * 50),
        *(b"HTTP/1.1 99999 X\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", b"HTTP/1.1 101 X\r\n\r\n"),
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_a_failure_in_words(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Sender(Names([[]]), real_clock, allow_loopback=True, patience=Patience(1.0, 2.0))
    outcome = await sender.send(Message(f"http://127.0.0.1:{port}/", {}, b"{}"))
    server.close()
    assert not outcome.delivered
    assert outcome.error is not None
    assert str(port) not in outcome.error
