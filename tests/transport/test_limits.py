"""Limits as clients meet them: on HTTP and on sockets, in the fields of the answer and in its extensions."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from app.bus.limits.local import LocalLimits
from app.domain.client_address import parse_networks
from app.domain.permissions import Authority, Caller, caller_of_key
from app.domain.rate_limits import CallerLimits, Hit, Rate, RateLimits, Verdict
from app.main import create_app
from schema.transport.settings import TransportSettings
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import SCHEMA

PLENTY = Rate(1_000, 3600)


def caller(**rates: Any) -> CallerLimits:
    names = ("requests", "read", "write", "login", "subscribe", "cost")
    return CallerLimits(**(dict.fromkeys(names, PLENTY) | {"cost_of_one": 20} | rates))


@dataclass
class Counted:
    """The limiter of one process, and how often it was asked."""

    asked: list[Sequence[Hit]] = field(default_factory=list)
    limits: LocalLimits = field(default_factory=LocalLimits)

    async def try_hits(self, hits: Sequence[Hit]) -> Verdict:
        self.asked.append(hits)
        return Verdict(hits, self.limits.try_hits(hits))


@dataclass
class Api:
    app: ASGIApp
    runtime: TinyRuntime
    limiter: Counted

    async def post(
        self, query: str, token: str | None = None, address: str = "203.0.113.9", **headers: str
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, client=(address, 1234))
        if token:
            headers["authorization"] = f"Bearer {token}"
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.post("/graphql", json={"query": query}, headers=headers)


@asynccontextmanager
async def serving(limits: RateLimits, **settings: Any) -> AsyncIterator[Api]:
    limiter = Counted()
    runtime = TinyRuntime(limiter=limiter)
    given = TransportSettings(limits=limits, counts_requests=True, **settings)
    yield Api(create_app(runtime, SCHEMA, given), runtime, limiter)
    await asyncio.sleep(0)


def limits(**changed: Any) -> RateLimits:
    given = {"address": PLENTY, "mistakes": PLENTY, "documents": Rate(10**6, 60)}
    given |= {"anonymous": caller(), "session": caller(), "key": caller()}
    return RateLimits(**(given | changed))


async def anybody(token: str) -> Caller | None:
    """An authenticator that knows every key of ours."""
    if not token.startswith("sge_"):
        return None
    number = UUID(int=int(token.removeprefix("sge_")) + 1)
    return caller_of_key(Authority(1, number, number, f"api_key:{token}"))


def refused(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 429
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    seconds = error["extensions"]["retryAfterSeconds"]
    assert 0 < seconds <= int(answer.headers["retry-after"]) < seconds + 1
    assert answer.json()["extensions"]["cost"]["requested"] >= 0
    extensions: dict[str, Any] = error["extensions"]
    return extensions


async def test_a_caller_over_its_limit_is_told_when_to_come_back() -> None:
    async with serving(limits(key=caller(read=Rate(2, 100)))) as api:
        answers = [await api.post("{ hello }", "sge_one") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert answers[0].headers["ratelimit-policy"] == (
            '"address";q=1000;w=3600, "requests";q=1000;w=3600, "read";q=2;w=100, "cost";q=1000;w=3600'
        )
        assert answers[0].headers["ratelimit"].split(", ")[2] == '"read";r=1;t=50'
        assert 49 < refused(answers[2])["retryAfterSeconds"] <= 50
        assert answers[2].headers["ratelimit-policy"] == '"read";q=2;w=100'
        assert answers[2].headers["ratelimit"] == '"read";r=0;t=50'
        refused(answers[3])
        # One call for each request; what was refused a moment ago is refused without one.
        assert sum(len(hits) > 1 for hits in api.limiter.asked) == 3
        # Neither other classes nor other callers pay for it.
        assert (await api.post("mutation { __typename }", "sge_one")).status_code == 200
        assert (await api.post("{ hello }", "sge_two")).status_code == 200


async def test_an_address_over_its_limit_is_refused_before_anything_is_read() -> None:
    async with serving(limits(address=Rate(2, 100))) as api:
        for _ in range(2):
            assert (await api.post("{ hello }")).status_code == 200
        refused(await api.post("{ hello }"))
        asked = len(api.limiter.asked)
        api.runtime.revoked.add("sge_one")  # whoever looks it up would say 401
        for _ in range(5):
            refused(await api.post("not a document", "sge_one"))
        assert len(api.limiter.asked) == asked
        assert (await api.post("{ hello }", address="203.0.113.10")).status_code == 200


async def test_guesses_are_rationed_and_remembered() -> None:
    async with serving(limits(mistakes=Rate(5, 500))) as api:
        looked_up: list[str] = []
        look_up = api.runtime.authenticate

        async def counting(token: str) -> Any:
            looked_up.append(token)
            return await look_up(token)

        api.runtime.authenticate = counting  # type: ignore[method-assign]
        same = [await api.post("{ hello }", "sge_nobody") for _ in range(10)]
        assert {answer.status_code for answer in same} == {401}
        assert looked_up == ["sge_nobody"]
        others = [await api.post("{ hello }", f"sge_{n}") for n in range(10)]
        assert [answer.status_code for answer in others] == [401] * 4 + [429] * 6
        assert len(looked_up) == 5
        assert (await api.post("{ hello }", "sge_one", "203.0.113.10")).status_code == 200


async def test_good_credentials_are_no_guesses_however_many_share_an_address() -> None:
    async with serving(limits(mistakes=Rate(2, 200))) as api:
        api.runtime.authenticate = anybody  # type: ignore[method-assign]
        known = [await api.post("{ hello }", f"sge_{n}") for n in range(6)]
        assert {answer.status_code for answer in known} == {200}
        wrong = [await api.post("{ hello }", f"nobody_{n}") for n in range(4)]
        assert [answer.status_code for answer in wrong] == [401, 401, 429, 429]


async def test_what_is_refused_after_reading_is_rationed_too() -> None:
    async with serving(limits(mistakes=Rate(3, 300))) as api:
        wrong = [await api.post(f"{{ unknown{n} }}", "sge_one") for n in range(5)]
        assert [answer.status_code == 429 for answer in wrong] == [False] * 3 + [False, True]
        refused(await api.post("{ hello }", "sge_one"))
        assert (await api.post("{ hello }", "sge_two")).status_code == 200


async def test_documents_that_are_new_to_a_process_are_rationed() -> None:
    """Parsing and validating is dear, and cost counts the answer alone: each of these is another text that asks for nothing."""
    async with serving(limits(documents=Rate(60, 600))) as api:
        new = [await api.post(f"{{ o{n}: hello }}", "sge_one") for n in range(6)]
        assert [answer.status_code for answer in new] == [200] * 4 + [429] * 2
        wait = refused(new[4])["retryAfterSeconds"]
        assert 0 < wait <= 140
        assert new[4].headers["retry-after"] == str(math.ceil(wait))
        # What was read once is known, to others too, and others may bring what is new.
        assert (await api.post("{ o0: hello }", "sge_one")).status_code == 200
        assert (await api.post("{ o5: hello }", "sge_two")).status_code == 200
        assert (await api.post("{ o5: hello }", "sge_one")).status_code == 200
        # One that is larger than the budget may be read by who has used none of it.
        assert (await api.post(f"{{ {'hello ' * 12} }}")).status_code == 200


async def test_who_goes_on_sending_new_documents_is_refused_unread() -> None:
    """Or what is refused would be received and looked up, as often as somebody likes."""
    async with serving(limits(documents=Rate(30, 600), mistakes=Rate(3, 300))) as api:
        new = [await api.post(f"{{ o{n}: hello }}", "sge_one") for n in range(8)]
        policies = [answer.headers["ratelimit-policy"].split(";")[0] for answer in new]
        assert policies[2:] == ['"documents"'] * 4 + ['"mistakes"'] * 2
        refused(await api.post("{ o0: hello }", "sge_one"))
        assert (await api.post("{ o0: hello }", "sge_two")).status_code == 200


async def test_many_callers_at_one_address_bring_four_times_as_many_documents() -> None:
    """Whoever has one wallet has a hundred."""
    async with serving(limits(documents=Rate(60, 6_000))) as api:
        api.runtime.authenticate = anybody  # type: ignore[method-assign]
        new = [await api.post(f"{{ o{n}: hello }}", f"sge_{n}") for n in range(10, 30)]
        assert [answer.status_code for answer in new] == [200] * 17 + [429] * 3
        assert (await api.post("{ o10: hello }", "sge_29")).status_code == 200
        elsewhere = await api.post("{ o29: hello }", "sge_29", "203.0.113.10")
        assert elsewhere.status_code == 200


async def test_registered_documents_are_new_to_nobody() -> None:
    trusted = {f"sha256:{n:064}": f"{{ o{n}: hello }}" for n in range(6)}
    async with serving(limits(documents=Rate(20, 600)), trusted_documents=trusted) as api:
        new = [await api.post(text, "sge_one") for text in trusted.values()]
        assert {answer.status_code for answer in new} == {200}
        assert (await api.post("{ another: hello }", "sge_one")).status_code == 200
        refused(await api.post("{ more: hello }", "sge_one"))


async def test_what_is_no_graphql_request_is_rationed_too() -> None:
    async with serving(limits(mistakes=Rate(3, 300))) as api:
        transport = httpx.ASGITransport(app=api.app, client=("203.0.113.9", 1234))
        json = {"content-type": "application/json"}
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            wrong = [await client.post("/graphql", content=b"{", headers=json) for _ in range(5)]
        assert [answer.status_code for answer in wrong] == [400] * 4 + [429]
        refused(await api.post("{ hello }"))
        assert (await api.post("{ hello }", address="203.0.113.10")).status_code == 200


async def test_forged_addresses_count_for_the_peer() -> None:
    async with serving(limits(address=Rate(2, 100))) as api:
        forged = [
            (await api.post("{ hello }", **{"x-forwarded-for": f"198.51.100.{n}"})).status_code
            for n in range(4)
        ]
        assert forged == [200, 200, 429, 429]
    proxies = parse_networks("203.0.113.0/24")
    async with serving(limits(address=Rate(1, 100)), trusted_proxies=proxies) as api:
        found = [
            (await api.post("{ hello }", **{"x-forwarded-for": f"{n}.1.1.1, 198.51.100.{n % 2}"}))
            for n in range(4)
        ]
        assert [answer.status_code for answer in found] == [200, 200, 429, 429]


@pytest.mark.parametrize(
    ("query", "requested"),
    [
        ("{ hello }", 1),
        ("{ unknown }", 0),
        ("{", 0),
        ("{ " + " ".join(f"a{n}: hello" for n in range(101)) + " }", 0),
        (f"{{ hello {'@include(if: true) ' * 51}}}", 0),
        (
            'mutation { pay(input: {wallet: "0xd8da6bf26964af9d7eed9e03e53415d37aa96045", amount: {amount: "1", currency: "USD"}}) { text } }',
            11,
        ),
    ],
)
async def test_every_answer_says_what_it_cost(query: str, requested: int) -> None:
    async with serving(limits()) as api:
        for token, name in ((None, "anonymous"), ("sge_one", "key")):
            cost = (await api.post(query, token)).json()["extensions"]["cost"]
            assert cost["requested"] == requested, name
            assert cost["limit"] == 20
            assert cost["remaining"] == 1000 - requested
        answer = await api.post("{ hello }", "sge_nobody")
        assert answer.json()["extensions"]["cost"]["requested"] == 0


async def test_an_operation_that_costs_more_than_is_left_waits_and_a_cheaper_one_does_not() -> None:
    async with serving(limits(key=caller(cost=Rate(20, 2000)))) as api:
        costly = "{ " + " ".join(f"a{n}: hello" for n in range(15)) + " }"
        assert (await api.post(costly, "sge_one")).json()["extensions"]["cost"] == {
            "requested": 15,
            "limit": 20,
            "remaining": 5,
        }
        assert 900 < refused(await api.post(costly, "sge_one"))["retryAfterSeconds"] <= 1000
        assert (await api.post("{ hello }", "sge_one")).status_code == 200
        refused(await api.post(costly, "sge_one"))


async def test_each_mutation_of_a_request_is_a_hit() -> None:
    async with serving(limits(key=caller(write=Rate(4, 100), cost_of_one=200))) as api:
        answer = await api.post("mutation { a: __typename b: __typename c: __typename }", "sge_one")
        assert answer.status_code == 200
        refused(await api.post("mutation { a: __typename b: __typename }", "sge_one"))


async def test_kinds_of_callers_have_costs_of_their_own() -> None:
    async with serving(limits(anonymous=caller(cost_of_one=2))) as api:
        three = "{ a: hello b: hello c: hello }"
        assert (await api.post(three, "sge_one")).status_code == 200
        answer = (await api.post(three)).json()
        assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        assert answer["extensions"]["cost"] == {"requested": 3, "limit": 2, "remaining": 1000}


async def test_an_answer_shows_so_many_errors() -> None:
    async with serving(limits(key=caller(cost_of_one=1000)), maximum_errors=3) as api:
        query = "{ " + " ".join(f"a{n}: broken" for n in range(9)) + " }"
        errors = (await api.post(query, "sge_one")).json()["errors"]
        assert len(errors) == 4
        assert errors[3]["message"] == "6 more errors are not shown."


async def test_a_long_name_is_not_repeated_in_every_error() -> None:
    async with serving(limits()) as api:
        unknown = " ".join(f"a{n}: hello(name: $v{n})" for n in range(20))
        answer = await api.post(f"query {'N' * 60_000} {{ {unknown} }}", "sge_one")
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert len(answer.content) < 50_000


async def test_exports_and_providers_events_count_for_their_address() -> None:
    async with serving(limits(address=Rate(2, 3600))) as api:
        transport = httpx.ASGITransport(app=api.app, client=("203.0.113.9", 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            for path in ("/exports/no/such", "/webhooks/nobody"):
                assert (await client.get(path)).status_code in {404, 405}
            refused(await client.get("/exports/no/such"))
            assert (await client.get("/healthz")).status_code == 200
        refused(await api.post("{ hello }"))
        assert len(api.limiter.asked) == 3
