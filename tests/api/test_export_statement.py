"""The export of an affiliate's statement: the API's lines and sums, whatever order entries took effect in."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.api.caller import Stage
from tests.api.exporting import asked, table_and_more
from tests.api.filled import FilledProgram
from tests.api.test_earnings import Ledger, by_code

STATEMENT = """
query ($by: AffiliateKey!, $from: DateTime!, $to: DateTime!) { affiliate(by: $by) {
  id statement(currency: "USDC", from: $from, to: $to) {
    opening { amount } accrued { amount } reversed { amount } paid { amount } closing { amount }
    lines { nodes { direction amount { amount } purpose effectiveAt balanceAfter { amount } transaction { id kind } } } } } }
"""
_SUMS = ("opening", "accrued", "reversed", "paid", "closing")
_OWN = "query ($by: AffiliateKey!) { affiliate(by: $by) { id } }"


async def test_lines_and_sums_are_the_apis(filled: FilledProgram) -> None:
    await filled.grow(3)
    # Posted last, effective first.
    await Ledger(filled).forfeit(1_000, filled.now - timedelta(days=40))
    await Ledger(filled).hold(2_000)
    day = timedelta(days=1)
    periods = [
        (filled.now - 50 * day, filled.now + day),
        (filled.now - 50 * day, filled.now - 30 * day),
        (filled.now - 30 * day, filled.now + day),
        (filled.now + day, filled.now + 2 * day),
    ]
    counts = []
    for start, end in periods:
        period = {"from": start.isoformat(), "to": end.isoformat()}
        answer = await filled.program.ask(STATEMENT, by=by_code(filled, "LOW"), **period)
        affiliate = answer["affiliate"]
        named = {"affiliateId": affiliate["id"], "currency": "USDC", **period}
        rows, sums = await table_and_more(filled.program, "STATEMENT", **named)
        shown = affiliate["statement"]
        assert [_row(row) for row in rows] == [
            _line(node) for node in reversed(shown["lines"]["nodes"])
        ]
        assert [(row["transaction_id"], row["amount"]) for row in sums] == [
            (name, shown[name]["amount"]) for name in _SUMS
        ]
        assert {row["currency"] for row in sums} == {"USDC"}
        moved = sum(Decimal(row["amount"]) for row in rows)
        assert Decimal(sums[0]["amount"]) + moved == Decimal(sums[-1]["amount"])
        counts.append(len(rows))
    assert counts == [5, 1, 4, 0]


def _row(row: Mapping[str, str]) -> list[Any]:
    names = ("transaction_id", "kind", "purpose", "amount", "balance_after", "effective_at")
    return [row[name] for name in names]


def _line(node: Mapping[str, Any]) -> list[Any]:
    sign = "-" if node["direction"] == "DEBIT" else ""
    return [
        node["transaction"]["id"],
        node["transaction"]["kind"],
        node["purpose"],
        f"{sign}{node['amount']['amount']}",
        node["balanceAfter"]["amount"],
        node["effectiveAt"],
    ]


async def test_before_the_first_entry_there_is_nothing_but_zeros(filled: FilledProgram) -> None:
    top = (await filled.program.ask(_OWN, by=by_code(filled, "TOP")))["affiliate"]["id"]
    rows, sums = await table_and_more(filled.program, "STATEMENT", **_all_of(filled, top))
    assert rows == []
    assert {row["amount"] for row in sums} == {"0.000000"}


async def test_it_is_one_affiliates_of_one_program(stage: Stage, filled: FilledProgram) -> None:
    second = FilledProgram(await stage.program(), filled.owner, filled.worker, filled.now)
    await second.begin()
    ids, transactions = [], []
    for each in (filled, second):
        await each.grow(1)
        ids.append((await each.program.ask(_OWN, by=by_code(each, "LOW")))["affiliate"]["id"])
        rows, _ = await table_and_more(each.program, "STATEMENT", **_all_of(each, ids[-1]))
        transactions += [row["transaction_id"] for row in rows]
        assert [row["amount"] for row in rows] == ["0.500000"]
    assert len(set(transactions)) == 2
    payload = await asked(filled.program, "STATEMENT", **_all_of(filled, ids[1]))
    assert payload["url"] is None
    assert payload["userErrors"][0]["code"] == "NOT_FOUND"


def _all_of(filled: FilledProgram, affiliate: str) -> dict[str, str]:
    day = timedelta(days=1)
    period = {"from": (filled.now - day).isoformat(), "to": (filled.now + day).isoformat()}
    return {"affiliateId": affiliate, "currency": "USDC", **period}
