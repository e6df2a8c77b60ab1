"""One bounded attack on a running server: what is sent, and what may come back."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 20.0
HOST = b"Host: sge.example\r\n"


@dataclass(frozen=True)
class Target:
    """The server, the attacker's own credential, and what belongs to somebody else.

    others: ids and names of another program's things, which no answer holds either. hidden: texts that no answer may hold.
    """

    port: int
    token: str
    own: Mapping[str, str]
    others: Mapping[str, str]
    hidden: frozenset[str]
    login: Mapping[str, str]

    @property
    def names(self) -> dict[str, str]:
        return {**self.own, **self.others, **self.login, "token": self.token}


@dataclass(frozen=True)
class Answer:
    """status 0: the connection was closed without an answer. codes: of errors, or a socket's close code."""

    status: int
    codes: frozenset[str] = frozenset()
    text: str = ""

    def __str__(self) -> str:
        return " ".join([str(self.status), *sorted(self.codes)])


Attack = Callable[[Target], Awaitable[Answer]]


@dataclass(frozen=True)
class Probe:
    """expected: every outcome that is right, as `Answer` writes it: "400 BAD_USER_INPUT"."""

    category: str
    name: str
    attack: Attack
    expected: frozenset[str]


def probes(
    category: str, attacks: Mapping[str, Attack], *expected: str, **each: tuple[str, ...]
) -> list[Probe]:
    """A probe for each attack. each: other outcomes, by an attack's name with underscores."""
    return [
        Probe(category, name, attack, frozenset(each.get(name.replace(" ", "_"), expected)))
        for name, attack in attacks.items()
    ]


async def exchange(target: Target, request: bytes) -> Answer:
    """The server's answer to bytes on a connection of their own."""
    async with asyncio.timeout(SECONDS):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
            try:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                body = await _body(reader, head)
            finally:
                writer.transport.abort()
        except (ConnectionError, asyncio.IncompleteReadError):
            return Answer(0)
    text = (head + body).decode(errors="replace")
    return Answer(int(head.split()[1]), frozenset(_codes(_parsed(body))), text)


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return await reader.readexactly(int(line.partition(b":")[2]))
    return b""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _codes(answer: Any) -> set[str]:
    if isinstance(answer, dict):
        own = {answer["code"]} if isinstance(answer.get("code"), str) else set()
        return own.union(*map(_codes, answer.values()))
    return set().union(*map(_codes, answer)) if isinstance(answer, list) else set()


def raw(request: bytes) -> Attack:
    """Exactly these bytes."""
    return lambda target: exchange(target, request)


def posted(body: bytes, *headers: str, token: bool = False, path: str = "/graphql") -> Attack:
    """A body under these headers (with names filled in), JSON where they say nothing else."""

    async def attack(target: Target) -> Answer:
        filled = [header % target.names for header in headers]
        if not any(header.lower().startswith("content-type") for header in filled):
            filled.append("Content-Type: application/json")
        if token:
            filled.append(f"Authorization: Bearer {target.token}")
        lines = "".join(f"{header}\r\n" for header in filled).encode("latin-1")
        start = f"POST {path % target.names} HTTP/1.1\r\n".encode() + HOST
        length = f"Content-Length: {len(body)}\r\n\r\n".encode()
        return await exchange(target, start + lines + length + body)

    return attack


def asking(document: str, variables: Any = None, *headers: str) -> Attack:
    """A document by the attacker's own key. Names in %(…)s are filled in."""

    async def attack(target: Target) -> Answer:
        return await posted(_json(document % target.names, variables), *headers, token=True)(target)

    return attack


def getting(path: str, *headers: str) -> Attack:
    async def attack(target: Target) -> Answer:
        lines = "".join(f"{header % target.names}\r\n" for header in headers)
        request = f"GET {path % target.names} HTTP/1.1\r\nHost: sge.example\r\n{lines}\r\n"
        return await exchange(target, request.encode("latin-1"))

    return attack


def _json(document: str, variables: Any) -> bytes:
    return json.dumps({"query": document, "variables": variables or {}}).encode()
