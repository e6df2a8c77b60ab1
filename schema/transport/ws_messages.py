"""Messages of graphql-transport-ws, read strictly.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import orjson

from schema.errors import BadUserInput
from schema.transport.body import request_from
from schema.transport.request import GraphQLRequest

SUBPROTOCOL = "graphql-transport-ws"
_LONGEST_ID = 256


class CloseCode(IntEnum):
    """Close codes of the protocol, and two of RFC 6455's registry."""

    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    INTERNAL_SERVER_ERROR = 4500


class InvalidMessage(Exception):
    """The socket is closed with 4400 and this reason (at most 123 bytes)."""


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: str
    request: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Complete:
    id: str


ClientMessage = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_message(text: str) -> ClientMessage:
    """Read one text frame; raises InvalidMessage."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidMessage("Message is not JSON") from None
    if not isinstance(message, dict):
        raise InvalidMessage("Message is not a JSON object")
    match message.get("type"):
        case "connection_init":
            return ConnectionInit(_payload(message) or {})
        case "ping":
            return Ping(_sent_back(_payload(message)))
        case "pong":
            _payload(message)
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), _request(message))
        case "complete":
            return Complete(_id(message))
    raise InvalidMessage("Message has an unknown type")


def _payload(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise InvalidMessage("Message payload is not an object")
    return payload


def _sent_back(payload: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a pong can hold: orjson reads four times as many levels as it writes."""
    try:
        orjson.dumps(payload)
    except orjson.JSONEncodeError:
        raise InvalidMessage("Ping payload is nested too deeply") from None
    return payload


def _id(message: dict[str, Any]) -> str:
    identifier = message.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise InvalidMessage("Message id is not a non-empty string")
    if len(identifier) > _LONGEST_ID:  # it is sent back with every result
        raise InvalidMessage(f"Message id is longer than {_LONGEST_ID} characters")
    return identifier


def _request(message: dict[str, Any]) -> GraphQLRequest:
    try:
        return request_from(message.get("payload"), may_hold_nul=True)
    except BadUserInput as error:
        raise InvalidMessage(f"Invalid subscribe payload: {error.message}") from None


def text_of(message: dict[str, Any]) -> str:
    return orjson.dumps(message).decode()


def next_prefix(identifier: str) -> str:
    """Everything of a next message before its payload; '}' follows the payload."""
    return f'{{"id":{text_of_string(identifier)},"type":"next","payload":'


def text_of_string(value: str) -> str:
    return orjson.dumps(value).decode()
