"""Up to which day of its own time a program's maturity and daily batch are done."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey

from app.store.tables.row import Row, key, required


class PayoutDay(Row, table=True):
    program_id: int = key(BigInteger, ForeignKey("program.id"))
    done_through: date = required(Date)
