"""From bytes to a GraphQLRequest: everything a stranger may send that is not one is refused."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from schema.errors import BadUserInput
from schema.transport.request import GraphQLRequest

_MOST_PARAMETERS = 50
_NUL_ESCAPE = b"\\u0000"


class BodyTooLarge(Exception):
    """The body has more bytes than this server reads."""


async def read_body(request: Request, maximum_bytes: int) -> bytes:
    """Read the body, stopping as soon as it is too large, whatever Content-Length says."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > maximum_bytes:
        raise BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > maximum_bytes:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def parse_post_body(body: bytes) -> GraphQLRequest:
    """Read a JSON object of GraphQL-over-HTTP's parameters; raises BadUserInput."""
    return request_from(parse_json(body), may_hold_nul=_NUL_ESCAPE in body)


def parse_json(text: bytes | str) -> Any:
    """Strict JSON: valid UTF-8, no NaN, no Infinity, nothing nested without end."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadUserInput("This is not valid JSON in UTF-8.") from None


def parse_query_string(encoded: bytes) -> GraphQLRequest:
    """Read GET parameters (RFC 3986, form encoding): variables and extensions are JSON texts."""
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise BadUserInput("The query string is not form-encoded UTF-8.") from None
    decoded: dict[str, Any] = dict(pairs)
    if len(decoded) < len(pairs):
        raise BadUserInput("The query string has a parameter twice.")
    for name in ("variables", "extensions"):
        if decoded.get(name):
            decoded[name] = parse_json(decoded[name])
        else:
            decoded.pop(name, None)
    return request_from(decoded, may_hold_nul=True)


def request_from(parameters: Any, *, may_hold_nul: bool) -> GraphQLRequest:
    """Check the form of the parameters; unknown ones are ignored, as the specification asks."""
    if not isinstance(parameters, dict):
        raise BadUserInput("Send one JSON object with query; batches are not supported.")
    query, document_id = _document(parameters)
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        raise BadUserInput("operationName is a string or null.", ["operationName"])
    for optional in ("variables", "extensions"):
        if not isinstance(parameters.get(optional), dict | None):
            raise BadUserInput(f"{optional} is an object or null.", [optional])
    variables = parameters.get("variables") or {}
    if may_hold_nul and _holds_nul(variables):
        raise BadUserInput("A string cannot hold the character U+0000.", ["variables"])
    return GraphQLRequest(query, name or None, variables, document_id)


def _document(parameters: dict[str, Any]) -> tuple[str, str | None]:
    """Give the document's text, or an empty one and its id."""
    query, document_id = parameters.get("query"), parameters.get("documentId")
    if document_id is None:
        if not isinstance(query, str) or not query:
            raise BadUserInput("query is a GraphQL document as a string.", ["query"])
        return query, None
    if not isinstance(document_id, str) or not document_id:
        raise BadUserInput("documentId is a string.", ["documentId"])
    if query is not None:
        raise BadUserInput("Send query or documentId, not both.", ["documentId"])
    return "", document_id


def _holds_nul(value: Any) -> bool:
    """PostgreSQL text cannot hold U+0000; without recursion, since input nests as it likes."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str) and "\0" in current:
            return True
        if isinstance(current, dict):
            pending.extend(current.keys())
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return False
