"""Lanes that carry something of a program, and which nonces of theirs have a transaction."""

from dataclasses import dataclass

from app.store.database import ReadSession

_LIMIT = 64
# More than a lane may have in flight; whatever became of a transaction, its nonce is accounted for.
_CARRYING = """
WITH aboard AS (
  SELECT chain_transaction_id AS id FROM intent_attempt WHERE program_id = $1 AND live
  UNION
  SELECT chain_transaction_id FROM safe_relay WHERE program_id = $1 AND live
)
SELECT l.relayer, max(t.nonce) AS highest,
       ARRAY(SELECT o.nonce FROM chain_transaction o
              WHERE o.lane_id = l.id AND o.nonce >= l.next_nonce - $3 ORDER BY o.nonce) AS known
  FROM aboard a
  JOIN chain_transaction t ON t.id = a.id AND t.status IN ('PREPARED', 'BROADCAST', 'MINED')
  JOIN lane l ON l.id = t.lane_id AND l.chain_id = $2
 GROUP BY l.id, l.relayer, l.next_nonce ORDER BY l.relayer
"""


@dataclass(frozen=True, slots=True)
class CarryingLane:
    """highest: the highest nonce that carries something of the program. known: the last nonces that have a transaction."""

    relayer: str
    highest: int
    known: frozenset[int]


async def carrying_lanes(
    session: ReadSession, program_id: int, chain_id: int
) -> list[CarryingLane]:
    """With what is signed and not final."""
    return [
        CarryingLane(row["relayer"], row["highest"], frozenset(row["known"]))
        for row in await session.connection.fetch(_CARRYING, program_id, chain_id, _LIMIT)
    ]
