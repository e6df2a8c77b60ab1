"""What seals cover is put together by hand, and has to be the text of jsonb to the byte: every seal there is was made by it."""

import json

import asyncpg
import pytest

from app.store.audit_content import AUDIT_CONTENT
from app.store.seals import JOURNAL_HASH

_JOURNAL = """
sha256(convert_to(jsonb_build_array(
  j.public_id, j.kind, j.reference, j.reverses, j.description,
  (extract(epoch FROM j.effective_at) * 1000000)::bigint, (extract(epoch FROM j.posted_at) * 1000000)::bigint,
  (SELECT jsonb_agg(jsonb_build_array(t.seq, t.purpose, t.currency, t.debit_account_id, t.credit_account_id, t.amount)
                    ORDER BY t.seq)
     FROM transfer t WHERE t.program_id = j.program_id AND t.journal_id = j.id),
  (SELECT jsonb_agg(jsonb_build_array(m.chain_id, encode(m.block_hash, 'hex'), m.log_index, m.direction, m.undone,
                                      encode(m.tx_hash, 'hex'), m.block_number, m.currency, m.amount)
                    ORDER BY m.chain_id, m.block_hash, m.log_index, m.direction, m.undone)
     FROM movement m WHERE m.program_id = j.program_id AND m.journal_id = j.id))::text, 'UTF8'))
"""
_AUDIT = """
jsonb_build_object(
  'id', a.id, 'at', to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', a.actor,
  'action', a.action, 'targetId', a.target_id, 'before', a.before, 'after', a.after, 'reason', a.reason,
  'requestId', a.request_id)::text
"""
# Tables of the same names, before the real ones on the path: rows that no rule would let in.
_TABLES = """
CREATE TEMP TABLE journal (program_id bigint, id bigint, public_id uuid, kind text, reference text, reverses bigint,
                           description text, effective_at timestamptz, posted_at timestamptz);
CREATE TEMP TABLE transfer (program_id bigint, journal_id bigint, seq integer, purpose text, currency text,
                            debit_account_id bigint, credit_account_id bigint, amount numeric(78));
CREATE TEMP TABLE movement (program_id bigint, journal_id bigint, chain_id bigint, block_hash bytea, log_index integer,
                            direction text, undone boolean, tx_hash bytea, block_number bigint, currency text, amount numeric(78));
CREATE TEMP TABLE audit (id uuid, at timestamptz, actor text, action text, target_id text, before jsonb, after jsonb,
                         reason text, request_id text);
"""
_STRANGE = (
    "",
    'a "quoted" \\ backslash',
    "a\nb\tc\r\b\f",
    "\x01\x1f\x7f",
    "Z\u00fcrich \u2013 \u6771\u4eac \U0001f600 \u2028",
    "</script>",
    "null",
    "100%",
    "{}[],:",
)
_FILL = """
INSERT INTO journal SELECT 1, n, gen_random_uuid(), s, s, CASE WHEN n % 2 = 0 THEN n END, CASE WHEN n % 3 > 0 THEN s END,
       to_timestamp(n * 1234567.891), to_timestamp(n * 7654321.123456)
  FROM unnest($1::text[]) WITH ORDINALITY AS g (s, n)
"""
_FILL_TRANSFERS = """
INSERT INTO transfer SELECT 1, n, q, s, s, n * 1000, q, 10::numeric ^ (n * 8) FROM unnest($1::text[]) WITH ORDINALITY AS g (s, n)
 CROSS JOIN LATERAL generate_series(1, n % 4) AS q
"""
_FILL_MOVEMENTS = """
INSERT INTO movement SELECT 1, n, 31337, sha256(s::bytea), q - 2, CASE q % 2 WHEN 0 THEN 'IN' ELSE 'OUT' END, q % 3 = 0,
       CASE WHEN q % 2 = 0 THEN '\\x00ff'::bytea END, n, s, n FROM unnest($2::text[], $1::text[]) WITH ORDINALITY AS g (s, k, n)
 CROSS JOIN LATERAL generate_series(1, n % 5) AS q
"""
_FILL_AUDIT = """
INSERT INTO audit SELECT gen_random_uuid(), to_timestamp(n * 987654.321), s, s, CASE WHEN n % 2 = 0 THEN s END,
       CASE WHEN n % 3 = 0 THEN j END, CASE WHEN n % 3 <> 1 THEN j END, CASE WHEN n % 2 = 1 THEN s END, s
  FROM unnest($1::text[], $2::jsonb[]) WITH ORDINALITY AS g (s, j, n)
"""


@pytest.fixture
async def filled(owner: asyncpg.Connection) -> asyncpg.Connection:
    """Rows with whatever text can hold."""
    await owner.execute(_TABLES)
    await owner.execute(_FILL, _STRANGE)
    await owner.execute(_FILL_TRANSFERS, _STRANGE)
    await owner.execute(_FILL_MOVEMENTS, _STRANGE, [str(n) for n in range(len(_STRANGE))])
    documents = [
        json.dumps(one)
        for one in (
            {"z": 1, "aa": [1.50, None, "\\u"]},
            "a",
            None,
            1,
            True,
            [],
            {},
            {"b": {}},
            [[]],
        )
    ]
    await owner.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
    await owner.execute(_FILL_AUDIT, _STRANGE, documents)
    return owner


async def test_a_journals_hash_is_that_of_its_jsonb(filled: asyncpg.Connection) -> None:
    rows = await filled.fetch(f"SELECT {JOURNAL_HASH} AS said, {_JOURNAL} AS meant FROM journal j")
    assert len(rows) == len(_STRANGE)
    assert [row["said"] for row in rows] == [row["meant"] for row in rows]


async def test_an_audit_rows_text_is_that_of_its_jsonb(filled: asyncpg.Connection) -> None:
    rows = await filled.fetch(f"SELECT {AUDIT_CONTENT} AS said, {_AUDIT} AS meant FROM audit a")
    assert len(rows) == len(_STRANGE)
    assert [row["said"] for row in rows] == [row["meant"] for row in rows]
