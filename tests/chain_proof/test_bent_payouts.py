"""Open Safe transactions, what they hold, and refunds: each thing that a superuser bends is found by itself (invariant 9)."""

from tests.chain_proof.plants import Plant, Planting
from tests.chain_proof.proving import Proving

_OPEN = "(SELECT id FROM safe_transaction WHERE program_id = $1 AND status = 'PROPOSED')"
_BENT = [("PAYOUT_MISMATCH", "content:{n}")]
_PAYOUT = f"(SELECT id FROM payout WHERE program_id = $1 AND safe_transaction_id = {_OPEN} ORDER BY place LIMIT 1)"
PLANTS: dict[str, Plant] = {
    "nothing": ("SELECT id FROM program WHERE id = $1", []),
    "a total": (
        f"UPDATE safe_transaction SET total = total + 1 WHERE program_id = $1 AND id = {_OPEN} RETURNING id AS n",
        _BENT,
    ),
    "a count": (
        f"UPDATE safe_transaction SET payout_count = 1 WHERE program_id = $1 AND id = {_OPEN} RETURNING id AS n",
        _BENT,
    ),
    "a content hash": (
        f"UPDATE safe_transaction SET content_hash = sha256('') WHERE program_id = $1 AND id = {_OPEN} RETURNING id AS n",
        _BENT,
    ),
    "calldata": (
        f"UPDATE safe_transaction SET data = data || '\\x00' WHERE program_id = $1 AND id = {_OPEN} RETURNING id AS n",
        _BENT,
    ),
    "a hash that owners sign": (
        f"UPDATE safe_transaction SET hash = sha256('') WHERE program_id = $1 AND id = {_OPEN} RETURNING id AS n",
        _BENT,
    ),
    "a token": (
        f"UPDATE safe_transaction SET token = safe WHERE program_id = $1 AND id = {_OPEN} RETURNING id AS n",
        _BENT,
    ),
    "a recipient": (
        (
            f"UPDATE payout SET destination = '0x' || repeat('ab', 20) WHERE program_id = $1 AND id = {_PAYOUT}"
            " RETURNING safe_transaction_id AS n"
        ),
        _BENT,
    ),
    "a recipient that cannot be paid": (
        (
            "UPDATE payout p SET destination = s.safe FROM safe_transaction s"
            f" WHERE p.program_id = $1 AND p.id = {_PAYOUT} AND s.id = p.safe_transaction_id"
            " RETURNING s.id AS n"
        ),
        _BENT,
    ),
    "amounts between two recipients": (
        (
            "UPDATE payout p SET amount = p.amount + CASE p.place WHEN 0 THEN 1 ELSE -1 END"
            f" WHERE p.program_id = $1 AND p.safe_transaction_id = {_OPEN} AND p.place < 2"
            " RETURNING p.safe_transaction_id AS n, (SELECT id FROM payout WHERE safe_transaction_id = p.safe_transaction_id"
            " AND place = 0) AS a, (SELECT id FROM payout WHERE safe_transaction_id = p.safe_transaction_id AND place = 1) AS b"
        ),
        [
            *_BENT,
            ("PAYOUT_MISMATCH", "lines:{a}"),
            ("PAYOUT_MISMATCH", "lines:{b}"),
        ],
    ),
    "a payout that is gone": (
        f"DELETE FROM payout WHERE program_id = $1 AND id = {_PAYOUT} RETURNING safe_transaction_id AS n, id AS a",
        [*_BENT, ("PAYOUT_MISMATCH", "lines:{a}")],
    ),
    "a line that is gone": (
        f"DELETE FROM payout_line WHERE program_id = $1 AND payout_id = {_PAYOUT} RETURNING payout_id AS n",
        [("PAYOUT_MISMATCH", "lines:{n}")],
    ),
    "a line of another amount": (
        (
            f"UPDATE payout_line SET amount = amount + 1 WHERE program_id = $1 AND payout_id = {_PAYOUT}"
            " RETURNING payout_id AS n"
        ),
        [("PAYOUT_MISMATCH", "lines:{n}")],
    ),
    "a line that waits for nothing": (
        (
            "UPDATE commission c SET status = 'PAYABLE' FROM payout_line l"
            f" WHERE c.program_id = $1 AND l.program_id = $1 AND l.payout_id = {_PAYOUT} AND c.id = l.line_id"
            " RETURNING l.payout_id AS n"
        ),
        [
            ("PAYOUT_MISMATCH", "lines:{n}"),
            ("ROLLUP_DRIFT", "earned_sum"),
            ("ROLLUP_DRIFT", "payable_sum"),
        ],
    ),
    "a line in a second one that can be executed": (
        (
            "INSERT INTO payout_line (program_id, safe_transaction_id, line_id, payout_id, amount)"
            f" SELECT $1, {_OPEN}, l.line_id, l.payout_id, l.amount FROM payout_line l"
            "  JOIN safe_transaction s ON s.program_id = $1 AND s.id = l.safe_transaction_id AND s.holding"
            " WHERE l.program_id = $1 ORDER BY l.payout_id LIMIT 1 RETURNING line_id AS n, payout_id AS a"
        ),
        [("PAYOUT_MISMATCH", "line:{n}"), ("PAYOUT_MISMATCH", "lines:{a}")],
    ),
    "a line that was paid, in another": (
        (
            "INSERT INTO payout_line (program_id, safe_transaction_id, line_id, payout_id, amount)"
            f" SELECT $1, {_OPEN}, l.line_id, l.payout_id, l.amount FROM payout_line l"
            "  JOIN safe_transaction s ON s.program_id = $1 AND s.id = l.safe_transaction_id AND s.status = 'EXECUTED'"
            " WHERE l.program_id = $1 ORDER BY l.payout_id LIMIT 1 RETURNING line_id AS n, payout_id AS a"
        ),
        [("PAYOUT_MISMATCH", "line:{n}"), ("PAYOUT_MISMATCH", "lines:{a}")],
    ),
    "what is held": (
        "UPDATE safe_transaction SET holding = false WHERE program_id = $1 AND holding RETURNING id",
        [("PAYOUT_MISMATCH", "USDC:held")],
    ),
    "a refund that is forgotten": (
        "DELETE FROM refund WHERE program_id = $1 AND status = 'OWED' RETURNING user_id AS n",
        [("PAYOUT_MISMATCH", "refunds:{n}:USDC")],
    ),
    "a refund that was never paid": (
        (
            "UPDATE refund SET status = 'PAID', paid_at = now() WHERE program_id = $1 AND status = 'OWED'"
            " RETURNING user_id AS n"
        ),
        [("PAYOUT_MISMATCH", "refunds:{n}:USDC")],
    ),
}


async def test_what_owners_are_given_to_sign_is_what_is_owed_once(proving: Proving) -> None:
    """A batch is paid, a withdrawal is given up and holds, a batch waits for its owners, and somebody is owed a refund."""
    paying, world = proving.paying, proving.world
    program, [earned] = await paying.earned()
    paid = await world.create(program)
    await paying.pay(program, paid.batch_id)
    out = await world.withdraw(program, "3", proving.watching.new_wallet().address)
    held = await paying.of(out.batch_id)
    for owner in program.owners[:2]:
        await paying.approve(program, held, owner)
    await paying.again(program, held, first_nonce=2)
    await world.reverse(program, earned[0], "2")
    states = [("EXECUTED", False), ("APPROVED", True), ("PROPOSED", False)]
    assert [(status, holds) for status, _, holds in await paying.states(program)] == states
    await proving.follow()
    wrong = await Planting(proving, program).wrong(PLANTS)
    assert not wrong, wrong
