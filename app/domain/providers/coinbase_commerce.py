"""Coinbase Commerce's webhooks, API version 2018-03-22 (docs.cdp.coinbase.com/commerce, "Webhook fields").

A body is {id, scheduled_for, attempt_number, event: {id, type, data: charge}}. event.id stays the same when the same event
is sent again; the body does not, since it counts the attempts.
"""

import hashlib
import json
import re
from typing import Any

from app.domain.amounts import AmountText
from app.domain.providers.charges import Charge, ChargeStep, ProviderEvent
from app.domain.strict_json import MalformedDocument, Place

_STEPS = {
    "charge:created": ChargeStep.CREATED,
    "charge:pending": ChargeStep.PENDING,
    "charge:failed": ChargeStep.FAILED,
    "charge:delayed": ChargeStep.LATE,
    "charge:confirmed": ChargeStep.PAID,
    "charge:resolved": ChargeStep.PAID,
}
_NAME = re.compile(r"[!-~]{1,128}", re.ASCII)
_CONFIRMED = "CONFIRMED"
# To its end or to that of the body, without a way back: quotes that nothing closes must not cost more.
_TEXT = re.compile(r'"(?:[^"\\]|\\.?)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_DEEPEST = 64


def parse_event(body: bytes) -> ProviderEvent:
    """Reads a signed body. Raises MalformedDocument, which names the place and never repeats what stands there."""
    document = Place(_json(body))
    event = document["event"]
    event_id, type_ = _name(event["id"]), _name(event["type"])
    step = _STEPS.get(type_)
    return ProviderEvent(event_id, type_, step, None if step is None else _charge(event["data"]))


def event_id_of(body: bytes) -> str:
    """By which a body is stored once: the event's own id; of one without any, its hash, the same for equal bytes."""
    try:
        return _name(Place(_json(body))["event"]["id"])
    except MalformedDocument:
        return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _charge(data: Place) -> Charge:
    key = data["id"] if data["code"].absent else data["code"]
    metadata = data["metadata"]
    if not metadata.absent and not isinstance(metadata.value, dict):
        raise metadata.wrong("must be an object")
    payments = data["payments"]
    confirmed = () if payments.absent else tuple(_local(one) for one in payments if _counts(one))
    return Charge(_name(key), metadata.value or {}, confirmed)


def _counts(payment: Place) -> bool:
    # Older versions write it in capitals, newer ones do not.
    return payment["status"].text().upper() == _CONFIRMED


def _local(payment: Place) -> AmountText:
    local = payment["value"]["local"]
    return AmountText(local["amount"].text(), local["currency"].text())


def _name(place: Place) -> str:
    if not isinstance(place.value, str) or not _NAME.fullmatch(place.value):
        raise place.wrong("must be a text of 1 to 128 visible ASCII characters")
    return place.value


def _json(body: bytes) -> Any:
    """Strict JSON in UTF-8; a member that stands twice could mean one thing here and another thing elsewhere."""
    try:
        # A fraction stays bytes, which nothing below takes: amounts are texts, and no float is ever made.
        text = body.decode("utf-8")
        _check_depth(text)
        return json.loads(
            text,
            object_pairs_hook=_members,
            parse_float=str.encode,
            parse_constant=_no_constant,
        )
    except ValueError:
        raise MalformedDocument(
            "", "the body is no JSON object in UTF-8 that can be read"
        ) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _check_depth(text: str) -> None:
    """Before anything is parsed: the parser calls itself for each level, and its stack may end before its patience."""
    depth = 0
    for bracket in _BRACKET.finditer(_TEXT.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > _DEEPEST:
            raise ValueError


def _no_constant(_name: str) -> Any:
    raise ValueError
