"""A client of the public GraphQL API: what anybody could write."""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

import httpx

from sge.embedded.failures import EmbeddedFailure

_ANSWER_SECONDS = 30.0
_READY_SECONDS = 60.0


class ApiRefusal(RuntimeError):
    """The API answered with top-level errors or with user errors; `codes` are theirs."""

    def __init__(self, operation: str, errors: list[dict[str, Any]]) -> None:
        self.codes = {
            str(error.get("code") or error.get("extensions", {}).get("code")) for error in errors
        }
        messages = "; ".join(str(error.get("message")) for error in errors)
        super().__init__(f"{operation}: {', '.join(sorted(self.codes))}: {messages}")


class Api:
    """One caller with one API key."""

    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {key}"},
            timeout=_ANSWER_SECONDS,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of the answer; raises ApiRefusal when it has errors."""
        body = {"query": document, "variables": variables}
        response = await self._client.post("/graphql", json=body)
        answer: dict[str, Any] = response.json()
        if answer.get("errors"):
            raise ApiRefusal("query", answer["errors"])
        return dict(answer["data"])

    async def mutate(self, field: str, document: str, **variables: Any) -> dict[str, Any]:
        """The payload of the one mutation in the document; raises ApiRefusal on user errors."""
        payload = dict((await self.query(document, **variables))[field])
        if payload["userErrors"]:
            raise ApiRefusal(field, payload["userErrors"])
        return payload


async def wait_until_ready(url: str) -> None:
    """Returns when the API says that everything it depends on is right."""
    deadline = time.monotonic() + _READY_SECONDS
    problem = "it does not answer"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                answer = await client.get("/readyz")
            except httpx.HTTPError:
                pass
            else:
                if answer.status_code == httpx.codes.OK:
                    return
                problem = answer.text
            await asyncio.sleep(0.1)
    raise EmbeddedFailure(
        f"the API at {url} is not ready after {_READY_SECONDS:.0f} s: {problem}; "
        "its log is .sge/processes/api/server.log"
    )
