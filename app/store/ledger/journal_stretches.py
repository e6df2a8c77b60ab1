"""Stretches of journals: the earliest and latest effective instant of each thousand, for balances at an old instant."""

from app.store.database import UnitOfWork

# Whole stretches after the last one. Journals neither change nor go, and up to the horizon none can appear: a stretch is
# written once. What is left over is shorter than one.
_WRITE = """
INSERT INTO journal_stretch (program_id, after, through, earliest, latest)
SELECT $1, lag(f.through, 1, f.start) OVER (ORDER BY f.through), f.through, f.earliest, f.latest
  FROM (SELECT n.start, max(n.id) AS through, min(n.effective_at) AS earliest, max(n.effective_at) AS latest
          FROM (SELECT l.start, j.id, j.effective_at, (row_number() OVER (ORDER BY j.id) - 1) / $3::bigint AS place
                  FROM (SELECT coalesce(max(through), 0) AS start FROM journal_stretch WHERE program_id = $1) l
                  JOIN journal j ON j.program_id = $1 AND j.id > l.start AND j.id <= $2) n
         GROUP BY n.start, n.place HAVING count(*) = $3::bigint) f
"""


async def write(unit: UnitOfWork, program_id: int, through: int, every: int) -> None:
    """Writes the stretches of so many journals that are whole up to a safe horizon. One caller at a time."""
    await unit.connection.execute(_WRITE, program_id, through, every)
