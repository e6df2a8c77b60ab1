"""Asks for exports and fetches them."""

import csv
import io
from typing import Any

import httpx

from tests.api.caller import OwnProgram

CREATE_EXPORT = """
mutation ($program: ID!, $kind: ExportKind!, $filter: JSON) {
  createExport(programId: $program, kind: $kind, filter: $filter) {
    url expiresAt userErrors { code message field }
  }
}
"""


async def asked(program: OwnProgram, kind: str, /, **filter_: Any) -> dict[str, Any]:
    """The payload of createExport."""
    answer = await program.ask(CREATE_EXPORT, program=program.id, kind=kind, filter=filter_ or None)
    payload: dict[str, Any] = answer["createExport"]
    return payload


async def link(program: OwnProgram, kind: str, /, **filter_: Any) -> str:
    """The path of a new link."""
    payload = await asked(program, kind, **filter_)
    assert payload["userErrors"] == []
    return "/exports/" + payload["url"].rpartition("/")[2]


async def fetched(program: OwnProgram, kind: str, /, **filter_: Any) -> httpx.Response:
    """An export, without credentials."""
    response = await program.client.get(await link(program, kind, **filter_))
    assert response.status_code == 200, response.text
    return response


async def table(program: OwnProgram, kind: str, /, **filter_: Any) -> list[dict[str, str]]:
    """A CSV export's rows."""
    text = (await fetched(program, kind, **filter_)).text
    return list(csv.DictReader(io.StringIO(text, newline="")))
