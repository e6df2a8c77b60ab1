"""Who stands behind an actor: an API key is the hand of whoever made it."""

from app.store.database import ReadSession, UnitOfWork

# Keys of the platform are no person of a program, though they make its first keys.
_BEHIND = """
WITH RECURSIVE behind (actor) AS (
  SELECT $2::text
   UNION
  SELECT maker.actor
    FROM behind b
    JOIN api_key k ON k.program_id = $1 AND 'api_key:' || k.prefix = b.actor
    LEFT JOIN api_key r ON r.program_id = k.program_id AND r.id = k.replaces
   CROSS JOIN LATERAL (VALUES (k.created_by), ('api_key:' || r.prefix)) maker (actor)
   WHERE maker.actor IS NOT NULL
)
SELECT b.actor FROM behind b
 WHERE b.actor = $2 OR b.actor LIKE 'wallet:%'
    OR EXISTS (SELECT FROM api_key k WHERE k.program_id = $1 AND 'api_key:' || k.prefix = b.actor)
"""


async def people_behind(
    session: ReadSession | UnitOfWork, program_id: int, actor: str
) -> frozenset[str]:
    """The actor itself, whoever made it if it is a key of this program, and so on; the keys that it replaced too."""
    rows = await session.connection.fetch(_BEHIND, program_id, actor)
    return frozenset(row["actor"] for row in rows)
