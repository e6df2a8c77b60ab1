"""Bearer credentials over HTTP."""

import httpx
import pytest

from tests.transport.conftest import Served
from tests.transport.test_http_operations import OLD, error_of, post


async def test_credentials(client: httpx.AsyncClient) -> None:
    anonymous = await post(client, "{ who hello }")
    assert error_of(anonymous)["extensions"] == {"code": "UNAUTHENTICATED"}
    assert error_of(anonymous)["message"] == (
        "Send an API key or a session's token: Authorization: Bearer sge_… or sgs_…"
    )
    wrong = await post(client, "{ who }", headers={"authorization": "Bearer sge_nobody"})
    refused = "This credential is not known, has expired or was revoked."
    assert error_of(wrong)["message"] == refused
    known = await post(client, "{ who }", headers={"authorization": "Bearer sge_one"})
    assert known.json()["data"] == {"who": "api_key:sge_one"}


@pytest.mark.parametrize("header", ["Bearer sge_nobody", "Basic abc", "Bearer", "Bearer a\x00b"])
async def test_wrong_credentials_are_never_none(served: Served, header: str) -> None:
    async with httpx.AsyncClient(base_url=served.url, verify=False) as client:
        try:
            answer = await post(client, "{ hello }", headers={**OLD, "authorization": header})
        except httpx.LocalProtocolError:
            return
    if answer.status_code != 400:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert error_of(answer)["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_failing_authenticator_shows_nothing(client: httpx.AsyncClient) -> None:
    answer = await post(client, "{ hello }", headers={**OLD, "authorization": "Bearer sge_broken"})
    assert answer.status_code == 500
    assert error_of(answer)["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "vault" not in answer.text


async def test_an_authenticator_without_its_database(client: httpx.AsyncClient) -> None:
    answer = await post(client, "{ hello }", headers={**OLD, "authorization": "Bearer sge_away"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert error_of(answer)["extensions"] == {
        "code": "SERVICE_UNAVAILABLE",
        "retryAfterSeconds": 2,
    }
