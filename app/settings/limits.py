"""How SGE_RATE_LIMITS and SGE_TRUSTED_PROXIES are read."""

import json
from dataclasses import fields, replace
from typing import Any, TypeVar

from app.domain.client_address import parse_networks
from app.domain.rate_limits import CallerLimits, Rate, RateLimits

_OFF = "off"
Limits = TypeVar("Limits", RateLimits, CallerLimits)


def read_rate_limits(given: Any) -> Any:
    """Reads "off" (None) or JSON that changes some of the defaults; raises ValueError that names what is wrong."""
    if not isinstance(given, str):
        return given
    if given.strip().lower() == _OFF:
        return None
    try:
        changes = json.loads(given)
    except (ValueError, RecursionError):
        raise ValueError('is neither "off" nor JSON; see .env.example') from None
    return _changed(RateLimits(), changes, "")


def read_networks(given: Any) -> Any:
    """Reads networks separated by commas."""
    return parse_networks(given) if isinstance(given, str) else given


def _changed(limits: Limits, changes: Any, path: str) -> Limits:
    if not isinstance(changes, dict):
        # pydantic tells of a ValueError only
        raise ValueError(f"{path or 'it'} is no JSON object")  # noqa: TRY004
    known = {each.name: getattr(limits, each.name) for each in fields(limits)}
    unknown = changes.keys() - known.keys()
    if unknown:
        raise ValueError(f"{path}{min(unknown)} is unknown; there are {', '.join(known)}")
    read = {name: _read(known[name], value, path + name) for name, value in changes.items()}
    return replace(limits, **read)


def _read(known: Any, value: Any, path: str) -> Any:
    if isinstance(known, CallerLimits):
        changed = _changed(known, value, f"{path}.")
        if changed.cost_of_one > changed.cost.amount:
            raise ValueError(f"{path}.cost_of_one is more than {path}.cost ever allows")
        return changed
    if isinstance(known, Rate):
        try:
            return Rate.parse(value if isinstance(value, str) else "")
        except ValueError as mistake:
            raise ValueError(f"{path} {mistake}") from None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{path} is no positive whole number")
    return value
