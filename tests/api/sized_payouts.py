"""Payouts and the feed of a seeded program, and what hangs on single rows: questions beside those of tests/api/sized.py."""

from typing import Any

import asyncpg

from resolvers import payouts
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, encode_id

# The largest batch that was executed, the one that waits for its owners, and the payout of most commissions.
_FACTS = """
SELECT (SELECT b.id FROM payout_batch b WHERE b.program_id = $1 AND sge_batch_status($1, b.id) = 'COMPLETED'
         ORDER BY b.payout_count DESC, b.id LIMIT 1) AS paid_batch,
       (SELECT b.id FROM payout_batch b WHERE b.program_id = $1 AND sge_batch_status($1, b.id) = 'PENDING_APPROVAL'
         ORDER BY b.id LIMIT 1) AS waiting_batch,
       (SELECT l.payout_id FROM payout_line l WHERE l.program_id = $1 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) AS payout
"""
_LAST_PAYOUTS = """
SELECT t.place, o.place FROM payout_batch_transaction t
  JOIN payout o ON o.program_id = t.program_id AND o.safe_transaction_id = t.safe_transaction_id
 WHERE t.program_id = $1 AND t.batch_id = $2 ORDER BY 1 DESC, 2 DESC OFFSET 2 LIMIT 1
"""
_LAST_LINES = """
SELECT line_id FROM payout_line WHERE program_id = $1 AND payout_id = $2 ORDER BY 1 DESC OFFSET 2 LIMIT 1
"""
_CODECS = {
    codec.name: codec
    for value in vars(payouts).values()
    if isinstance(codec := getattr(value, "codec", value), CursorCodec)
}
_PAGE = "pageInfo { hasNextPage endCursor } totalCount { value exact }"
_PAYOUT = f"{{ nodes {{ id status amount {{ amount }} destination transactionHash }} {_PAGE} }}"
_COMMISSION = f"{{ nodes {{ id level amount {{ amount }} }} {_PAGE} }}"
_BATCH = (
    "status total { amount } payoutCount blockers { code } safeTransactions { status signatures { owner } }"
    f" changes(first: 50) {{ nodes {{ message }} {_PAGE} }} excluded(first: 50) {{ nodes {{ reason }} {_PAGE} }}"
)


async def look_at_payouts(owner: asyncpg.Connection, program: int) -> dict[str, Any]:
    """What the questions name, with cursors near the end of its two longest lists."""
    facts = dict(await owner.fetchrow(_FACTS, program))
    places = await owner.fetchrow(_LAST_PAYOUTS, program, facts["paid_batch"])
    lines = await owner.fetchrow(_LAST_LINES, program, facts["payout"])
    facts["payouts_end"] = _CODECS["PayoutBatch.payouts"].encode(tuple(places))
    facts["lines_end"] = _CODECS["Payout.commissions"].encode(tuple(lines))
    return facts


def payout_questions(facts: dict[str, Any]) -> dict[str, str]:
    """Each a document of its own, by name."""
    program = f'program(slug: "{facts["slug"]}")'
    paid = f'payoutBatch(id: "{encode_id(IdPrefix.PAYOUT_BATCH, facts["paid_batch"])}")'
    waiting = f'payoutBatch(id: "{encode_id(IdPrefix.PAYOUT_BATCH, facts["waiting_batch"])}")'
    payout = f'node(id: "{encode_id(IdPrefix.PAYOUT, facts["payout"])}")'
    batches = f"{{ nodes {{ {_BATCH} }} {_PAGE} }}"
    far, end = f'first: 50, after: "{facts["payouts_end"]}"', f'after: "{facts["lines_end"]}"'
    few = f"payouts(first: 20) {{ nodes {{ commissions(first: 5) {_COMMISSION} }} }}"
    return {
        "batches with all of each": f"{{ {program} {{ payoutBatches(first: 50) {batches} }} }}",
        "batches, COMPLETED": f"{{ {program} {{ payoutBatches(status: [COMPLETED]) {batches} }} }}",
        "a batch that waits": f"{{ {waiting} {{ {_BATCH} payouts(first: 50) {_PAYOUT} }} }}",
        "a paid batch": f"{{ {paid} {{ {_BATCH} payouts(first: 50) {_PAYOUT} }} }}",
        "its payouts, far down": f"{{ {paid} {{ payouts({far}) {_PAYOUT} }} }}",
        "its payouts with commissions": f"{{ {paid} {{ {few} }} }}",
        "the longest payout": f"{{ {payout} {{ ... on Payout {{ commissions(first: 50) {_COMMISSION} }} }} }}",
        "the longest payout, far down": f"{{ {payout} {{ ... on Payout {{ commissions({end}) {_COMMISSION} }} }} }}",
    }


def row_questions(facts: dict[str, Any]) -> dict[str, str]:
    """What each row of a page shows beside itself, and where the feed is."""
    fields = {
        "event cursor": "eventCursor",
        "affiliates with uplines": "affiliates(first: 50) { nodes { upline { referralCode } } }",
        "commissions with blockers": "commissions(first: 50) { nodes { status blockers { code } clawedBackBy { id } } }",
        "journals with entries": "ledgerTransactions(first: 50) { nodes { reversals { id } "
        f"entries(first: 10) {{ nodes {{ amount {{ amount }} }} {_PAGE} }} }} }}",
        "intents with transactions": "intents(first: 20) { nodes { attempts { transaction { copies { hash } } } "
        "settlement { reversals { id } } } }",
        "runs with discrepancies": "reconciliationRuns(first: 50) { nodes { checks { name } "
        f"discrepancies(first: 5) {{ nodes {{ id }} {_PAGE} }} }} }}",
    }
    asked = {
        name: f'{{ program(slug: "{facts["slug"]}") {{ {field} }} }}'
        for name, field in fields.items()
    }
    return asked | {"programs": f"{{ programs(first: 50) {{ nodes {{ slug }} {_PAGE} }} }}"}
