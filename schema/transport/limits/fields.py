"""The RateLimit and RateLimit-Policy fields (draft-ietf-httpapi-ratelimit-headers-10)."""

from collections.abc import Mapping

from app.domain.rate_limits import Hit, Verdict

_SECOND = 1_000_000


def limit_fields(verdict: Verdict) -> Mapping[str, str]:
    """Quota and window of each policy that was counted; what is left, and in how many seconds all of it is back."""
    policies, states = [], []
    for hit, room in zip(verdict.hits, verdict.rooms, strict=True):
        rate = hit.rate
        policies.append(f'"{hit.name}";q={rate.amount};w={rate.seconds}')
        full_in = -(-(rate.window - room) // _SECOND)
        states.append(f'"{hit.name}";r={rate.left(room)};t={full_in}')
    return {"ratelimit-policy": ", ".join(policies), "ratelimit": ", ".join(states)}


def refusal_fields(hit: Hit, retry_after_seconds: float) -> Mapping[str, str]:
    """The policy that refused: nothing is left of it. t: when it admits the next one."""
    rate = hit.rate
    return {
        "ratelimit-policy": f'"{hit.name}";q={rate.amount};w={rate.seconds}',
        "ratelimit": f'"{hit.name}";r=0;t={whole_seconds(retry_after_seconds)}',
    }


def whole_seconds(seconds: float) -> int:
    """Rounded up, and at least one: what Retry-After can say."""
    return max(1, -int(-seconds // 1))
