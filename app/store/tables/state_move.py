"""The declared state machines."""

from sqlalchemy import Text

from app.store.tables.row import Row, key


class StateMove(Row, table=True):
    machine: str = key(Text)
    from_state: str = key(Text)
    to_state: str = key(Text)
