"""What a socket is sent that no client sends: the outcome is the code that it closes with, or of the operation's error;
OPEN when neither comes, because it was served.
"""

import asyncio
import json
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.attacks.probes.probe import SECONDS, Answer, Attack, Probe, Target, probes

Frame = str | bytes
_INIT = '{"type":"connection_init","payload":{"authorization":"Bearer %(token)s"}}'
_WHO = '{"id":"1","type":"subscribe","payload":{"query":"{ viewer { kind } }"}}'


def _asks(document: str, identifier: str = "1") -> str:
    return json.dumps({"id": identifier, "type": "subscribe", "payload": {"query": document}})


def sending(
    *frames: Frame, protocol: str = "graphql-transport-ws", origin: str | None = None
) -> Attack:
    """Frames one after the other; what ends it."""

    async def attack(target: Target) -> Answer:
        options: dict[str, Any] = {"subprotocols": [protocol], "origin": origin, "open_timeout": 5}
        try:
            async with (
                asyncio.timeout(SECONDS),
                connect(f"ws://127.0.0.1:{target.port}/graphql", **options) as socket,
            ):
                for each in frames:
                    await socket.send(each % target.names if isinstance(each, str) else each)
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == "error":
                        codes = {one["extensions"]["code"] for one in message["payload"]}
                        return Answer(101, frozenset(codes), str(message))
        except TimeoutError:
            return Answer(101, frozenset({"OPEN"}))
        except InvalidStatus as refused:
            return Answer(refused.response.status_code)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            return Answer(101, frozenset({str(code)}), closed.rcvd.reason if closed.rcvd else "")

    return attack


CLOSED = {
    "a subscription before connection_init": (sending(_WHO), "101 4401"),
    "connection_init twice": (sending(_INIT, _INIT), "101 4429"),
    "one id twice": (
        sending(
            _INIT, *[_asks('subscription { programEvents(programId: "%(program)s") { type } }')] * 2
        ),
        "101 4409",
    ),
    "no JSON": (sending("{"), "101 4400"),
    "a list": (sending("[]"), "101 4400"),
    "null": (sending("null"), "101 4400"),
    "an unknown type": (sending('{"type":"admin"}'), "101 4400"),
    "no type": (sending("{}"), "101 4400"),
    "bytes": (sending(b"\x00\xff"), "101 4400"),
    "nesting": (sending("[" * 30_000), "101 4400"),
    "a ping deeper than a pong can be": (
        sending('{"type":"ping","payload":%s}' % ('{"a":' * 300 + "1" + "}" * 300)),
        "101 4400",
    ),
    "a message beyond the size": (
        sending(_INIT, '{"type":"ping","payload":"' + "x" * 70_000 + '"}'),
        "101 1009",
    ),
    "nothing for five seconds": (sending(), "101 4408"),
    "a credential that never was": (
        sending('{"type":"connection_init","payload":{"authorization":"Bearer sge_x_y"}}'),
        "101 4403",
    ),
    "a credential that is an object": (
        sending('{"type":"connection_init","payload":{"authorization":{"a":1}}}'),
        "101 4403",
    ),
    "a payload that is a list": (sending('{"type":"connection_init","payload":[]}'), "101 4400"),
    "another's events": (
        sending(
            _INIT, _asks('subscription { programEvents(programId: "%(others_program)s") { type } }')
        ),
        "101 BAD_USER_INPUT",
    ),
    "the schema": (sending(_INIT, _asks("{ __schema { types { name } } }")), "101 BAD_USER_INPUT"),
    "a cursor of nobody's": (
        sending(
            _INIT,
            _asks(
                'subscription { programEvents(programId: "%(program)s", after: "1;2") { type } }'
            ),
        ),
        "101 BAD_USER_INPUT",
    ),
    "the legacy protocol": (sending(_INIT, protocol="graphql-ws"), "101 4406"),
    "a foreign page": (sending(_INIT, origin="https://attacker.example"), "403"),
    "a page of nowhere": (sending(_INIT, origin="null"), "403"),
}


def sockets() -> list[Probe]:
    """Attacks on graphql-transport-ws."""
    return [
        one
        for name, (attack, expected) in CLOSED.items()
        for one in probes("sockets", {name: attack}, expected)
    ]
