"""The secrets that a provider signs with: set by whoever runs the program, replaced with an overlap, read by nobody."""

from typing import Any

import asyncpg
import pytest

from tests.api.caller import Caller
from tests.api.provider import SECRET, SET, Provider
from tests.fixtures.databases import Database

SECRETS = (
    "query ($slug: String!) { program(slug: $slug) { providerSecrets { provider validUntil } } }"
)


async def test_secrets_are_replaced_with_an_overlap(provider: Provider) -> None:
    program = provider.program
    second, third = "a second secret of the provider".replace(" ", "-"), "c" * 36
    changed = await program.ask(SET, id=program.id, secret=second, overlap=3600)
    old, new = changed["setProviderSecret"]["program"]["providerSecrets"]
    assert (old["validUntil"] is not None, new["validUntil"]) == (True, None)
    for n, secret in enumerate((SECRET, second)):
        body = provider.charge(idempotencyKey=f"k{n}").event("created")
        assert (await provider.post(body, secret=secret)).status_code == 200
    # The same secret again changes nothing, not even the end of the older one.
    same = await program.ask(SET, id=program.id, secret=second, overlap=0)
    assert same["setProviderSecret"]["program"]["providerSecrets"] == [old, new]
    await program.ask(SET, id=program.id, secret=third, overlap=0)
    assert (await provider.post(b"{}", secret=second)).status_code == 401
    assert (await provider.post(b"{}", secret=third)).status_code == 200
    # Its overlap lasts.
    assert (await provider.post(b"{}", secret=SECRET)).status_code == 200


async def test_of_many_secrets_the_newest_four_are_good(provider: Provider) -> None:
    program = provider.program
    secrets = [SECRET, *(character * 20 for character in "abcde")]
    for secret in secrets[1:]:
        await program.ask(SET, id=program.id, secret=secret)
    codes = [(await provider.post(b"{}", secret=secret)).status_code for secret in secrets]
    assert codes == [401, 401, 200, 200, 200, 200]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"provider": "stripe"}, "provider"),
        ({"secret": "short"}, "secret"),
        ({"secret": "x" * 257}, "secret"),
        ({"secret": "sixteen characters and a line\n"}, "secret"),
        ({"overlap": -1}, "overlapSeconds"),
        ({"overlap": 30 * 86_400 + 1}, "overlapSeconds"),
    ],
)
async def test_secrets_that_are_none(provider: Provider, given: Any, field: str) -> None:
    asked = {"id": provider.program.id, "secret": "a-good-secret-of-a-test"} | given
    [error] = (await provider.program.ask(SET, **asked))["setProviderSecret"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", [field])


async def test_nobody_reads_a_secret(provider: Provider, database: Database) -> None:
    body = provider.charge().event("created")
    assert (await provider.post(body)).status_code == 200
    owner = await asyncpg.connect(database.superuser_dsn)
    try:
        for table in ("provider_secret", "audit", "event_outbox", "event"):
            rows = await owner.fetch(f"SELECT t::text AS row FROM {table} t")
            assert not [row for row in rows if SECRET in row["row"]], table
            assert not [row for row in rows if SECRET.encode().hex() in row["row"]], table
        audited = await owner.fetchrow("SELECT * FROM audit WHERE action LIKE 'program.provider%'")
        assert audited is not None
        assert audited["actor"].startswith("api_key:")
    finally:
        await owner.close()
    writing = await provider.stage.key(provider.program.id, ["WRITE_INTENTS", "MANAGE_PROGRAM"])
    seen = await Caller(provider.stage.client, writing).answer(SECRETS, slug=provider.program.slug)
    assert "validUntil" not in str(seen.get("data"))
