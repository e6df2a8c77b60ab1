"""Asks for exports and fetches them."""

import asyncio
import csv
import io
from decimal import Decimal
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

_SUMMED = {"amount", "earned", "debits", "credits", "balance"}


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
    """A CSV export's rows, without the last ones, which count and total them."""
    rows, more = await table_and_more(program, kind, **filter_)
    assert more == []
    return rows


async def table_and_more(
    program: OwnProgram, kind: str, /, **filter_: Any
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The same, and what stands below the totals."""
    text = (await fetched(program, kind, **filter_)).text
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    places = [n for n, row in enumerate(lines) if next(iter(row.values())).startswith("total of ")]
    rows, ends = lines[: places[0]], lines[places[0] : places[-1] + 1]
    assert ends == totals(rows, list(ends[0]))
    return rows, lines[places[-1] + 1 :]


def totals(rows: list[dict[str, str]], header: list[str]) -> list[dict[str, str]]:
    """What the last rows have to say: lines without an amount by themselves, the others by currency."""
    summed = [name for name in header if name in _SUMMED]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        has_amount = any(row[name] for name in summed)
        groups.setdefault(row["currency"] if has_amount else "", []).append(row)
    blank = dict.fromkeys(header, "")
    found = []
    for currency, group in sorted((groups or {"": []}).items(), key=lambda one: one[0] or "None"):
        total = blank | {header[0]: f"total of {len(group)}"}
        if currency:
            sums = {name: str(sum(Decimal(row[name]) for row in group)) for name in summed}
            total |= sums | {"currency": currency}
        found.append(total)
    return found


def http_scope(path: str) -> dict[str, Any]:
    """A GET, for a client that talks ASGI itself."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("api", 80),
    }


async def silent() -> dict[str, Any]:
    """Receives nothing more."""
    await asyncio.Event().wait()
    raise AssertionError
