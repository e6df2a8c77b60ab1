"""What all limits together cost a request, and what a refused request costs beside an accepted one.

    python -m bench.limits [seconds for each load] [rounds]

API processes on the same servers take turns, each for some seconds, so that other work on the machine hits all of
them: one counts requests (with limits that nobody reaches), one has rate limits off, one refuses. Rates are per core:
answers over the processor time of the API process alone.
"""

import asyncio
import json
import multiprocessing
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from app.settings import load_settings
from bench.api import INTENTS, VIEWER, one_answer, registration
from bench.api_stand import Stand, Tenant, body_of, create_tenant, running, running_stand
from bench.http_load import Load, load
from sge.embedded.ports import free_port
from sge.session import opened_runtime

_PLENTY = "100000000/1"
_GENEROUS = {
    "address": _PLENTY,
    "mistakes": _PLENTY,
    "documents": _PLENTY,
    "key": dict.fromkeys(("requests", "read", "write", "cost"), _PLENTY),
}
_TIGHT = {"key": {"requests": "1/3600"}}
_COSTLY = "{ programs(first: 200) { nodes { intents(first: 200) { nodes { id kind status } } } } }"


@dataclass(frozen=True)
class Server:
    """A running API process."""

    port: int
    pid: int


@dataclass(frozen=True)
class Refusal:
    """A request that is not answered. server: the process that refuses it."""

    name: str
    server: Server
    token: str | None
    query: str
    code: str


@contextmanager
def api(stand: Stand, name: str, limits: str) -> Iterator[Server]:
    """Starts an API process with these rate limits."""
    port = free_port()
    own = {"SGE_API_PORT": str(port), "SGE_RATE_LIMITS": limits}
    serving = replace(stand, environment=stand.environment | own)
    ready = f"http://127.0.0.1:{port}/healthz"
    with running(serving, name, ["-m", "sge.cli", "api"], ready) as pid:
        yield Server(port, pid)


async def in_turns(
    servers: tuple[Server, ...],
    token: str,
    body: Callable[[], bytes],
    *,
    clients: int,
    seconds: float,
    rounds: int,
) -> list[list[Load]]:
    """The loads of each server; the first of each round takes turns too."""
    found: list[list[Load]] = [[] for _ in servers]
    for number in range(rounds + 1):
        order = list(enumerate(servers))
        for place, server in order if number % 2 else reversed(order):
            run = partial(load, server.port, server.pid, token, body, clients=clients)
            one = await run(seconds=seconds if number else min(1.0, seconds))
            if number:  # the first round fills caches
                found[place].append(one)
    return found


async def cost_of_limits(
    counting: Server, off: Server, tenant: Tenant, seconds: float, rounds: int
) -> dict[str, float]:
    """Prints the table; gives the rates of accepted requests with limits on."""
    bodies: dict[str, Callable[[], bytes]] = {
        "viewer { kind }": partial(body_of, VIEWER),
        "intents, 50 rows of 8 fields": partial(body_of, INTENTS, slug=tenant.slug),
        "registerUser": lambda: registration(tenant),
    }
    print("| request | clients | per core, off | on | cost | answers/s, off | on |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    accepted = {}
    for name, body in bodies.items():
        for clients in (1, 16):
            on, without = await in_turns(
                (counting, off), tenant.token, body, clients=clients, seconds=seconds, rounds=rounds
            )
            cores = [median(one.per_core for one in loads) for loads in (without, on)]
            rates = [median(one.answers / one.seconds for one in loads) for loads in (without, on)]
            lost = median(
                1 - one.per_core / other.per_core for one, other in zip(on, without, strict=True)
            )
            print(
                f"| {name} | {clients} | {cores[0]:.0f} | {cores[1]:.0f} | {lost:.1%} |"
                f" {rates[0]:.0f} | {rates[1]:.0f} |",
                flush=True,
            )
            accepted[name] = cores[1]
    return accepted


async def refusals(
    found: list[Refusal], accepted: dict[str, float], seconds: float, rounds: int
) -> None:
    """Prints what each kind of refusal costs, beside what is accepted."""
    print(f"| refused | per core | {' | '.join(f'of {name}' for name in accepted)} |")
    print(f"| --- | --- | {' | '.join('---' for _ in accepted)} |")
    for one in found:
        body = partial(body_of, one.query)
        run = partial(load, one.server.port, one.server.pid, one.token, body)
        loads = [
            await run(clients=16, seconds=seconds, refused_with=one.code) for _ in range(rounds)
        ]
        rate = median(each.per_core for each in loads)
        parts = " | ".join(f"{other / rate:.3f}" for other in accepted.values())
        print(f"| {one.name} | {rate:.0f} | {parts} |", flush=True)


async def measure(stand: Stand, seconds: float, rounds: int) -> None:
    """Everything, in turns."""
    async with opened_runtime(load_settings(), "api") as runtime:
        tenant = await create_tenant(runtime, stand.treasury)
    with ExitStack() as stack:
        counting = stack.enter_context(api(stand, "counting", json.dumps(_GENEROUS)))
        off = stack.enter_context(api(stand, "off", "off"))
        tight = stack.enter_context(api(stand, "tight", json.dumps(_TIGHT)))
        accepted = await cost_of_limits(counting, off, tenant, seconds, rounds)
        await one_answer(tight.port, tenant.token, body_of(VIEWER))
        limited, unknown = "RATE_LIMITED", "UNAUTHENTICATED"
        kinds = [
            Refusal("over the caller's limit", tight, tenant.token, VIEWER, limited),
            Refusal("unknown credential", counting, f"sge_{'a' * 10}_{'0' * 64}", VIEWER, unknown),
            Refusal("no credential", counting, None, VIEWER, unknown),
            Refusal("too costly", counting, tenant.token, _COSTLY, "QUERY_TOO_COMPLEX"),
        ]
        await refusals(kinds, accepted, seconds, rounds)


def main() -> None:
    """Prints what stands in bench/RESULTS.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores")
    with running_stand() as stand:
        asyncio.run(measure(stand, seconds, rounds))


if __name__ == "__main__":
    main()
