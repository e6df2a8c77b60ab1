"""Gas that a program used, by day."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey

from app.store.tables.row import UNITS, Row, key, required


class ProgramGas(Row, table=True):
    program_id: int = key(BigInteger, ForeignKey("program.id"))
    day: date = key(Date)
    spent_wei: int = required(UNITS, default="0")
    items: int = required(BigInteger, default="0")
    rejected: int = required(BigInteger, default="0")
