"""What is not to be lost with the primary: commits that accept or sign wait until a standby has them on its disk.

That is so where the server names one (`synchronous_standby_names`); elsewhere these commits are as any other. As sge_api
every commit waits, by a setting of the role (migrations/bootstrap.sql); as sge_worker those that ask for it here (whoever takes a lane, signs or
proposes), so that heartbeats and alerts go on while the standby is away.
"""

from app.store.database import UnitOfWork

_WAIT = "SET LOCAL synchronous_commit = on"


async def outlive_the_primary(unit: UnitOfWork) -> None:
    """The commit of this transaction waits for the standby."""
    await unit.connection.execute(_WAIT)
