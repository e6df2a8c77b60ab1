"""What is due in a currency, by payee: lines that no open Safe transaction lists, and those that one does."""

from collections.abc import Collection
from datetime import datetime

import asyncpg

from app.domain.payees import Payee, PayeeState
from app.domain.payout_planning import Due, Line
from app.domain.payouts import PayoutPurpose
from app.domain.states import AffiliateStatus
from app.store.database import ReadSession, UnitOfWork

_PAYABLE = """
SELECT affiliate_id AS owner_id, array_agg(id ORDER BY id) AS ids, array_agg(amount::numeric ORDER BY id) AS amounts
  FROM commission WHERE program_id = $1 AND currency = $2 AND status = 'PAYABLE' GROUP BY affiliate_id
"""
# What was paid was taken back by the chain: nobody is to be paid it out before it is paid again. f: a refund's id.
_GONE = """
EXISTS (SELECT FROM reversal v
          JOIN settlement s ON s.program_id = v.program_id AND s.id = v.settlement_id AND s.undone_at IS NOT NULL
         WHERE v.program_id = f.program_id AND v.id = f.id
           AND NOT EXISTS (SELECT FROM settlement n WHERE n.program_id = s.program_id
                              AND n.intent_id = s.intent_id AND n.undone_at IS NULL))
"""
_OWED = f"""
SELECT user_id AS owner_id, array_agg(id ORDER BY id) AS ids, array_agg(amount::numeric ORDER BY id) AS amounts
  FROM refund f WHERE program_id = $1 AND currency = $2 AND status = 'OWED'
   AND NOT {_GONE}
 GROUP BY user_id
"""
# A line that several open Safe transactions list is at the same nonce in all of them. Withdrawals are nobody's due.
_LISTED = f"""
SELECT purpose, owner_id, safe_nonce, array_agg(line_id ORDER BY line_id) AS ids,
       array_agg(amount::numeric ORDER BY line_id) AS amounts
  FROM (SELECT DISTINCT ON (l.line_id) l.line_id, l.amount, p.purpose, coalesce(p.affiliate_id, p.user_id) AS owner_id,
               s.safe_nonce
          FROM safe_transaction s
          JOIN payout_line l ON l.program_id = s.program_id AND l.safe_transaction_id = s.id
          JOIN payout p ON p.program_id = l.program_id AND p.id = l.payout_id
         WHERE s.program_id = $1 AND s.currency = $2 AND s.status NOT IN ('EXECUTED', 'DEAD')
           AND p.purpose <> 'WITHDRAWAL'
           AND NOT (p.purpose = 'REFUND' AND EXISTS (
                 SELECT FROM refund f WHERE f.program_id = l.program_id AND f.id = l.line_id AND {_GONE}))) o
 GROUP BY purpose, owner_id, safe_nonce
"""
_AFFILIATES = """
SELECT a.id, a.wallet, a.status,
       (SELECT max(w.pays_from) FROM affiliate_wallet_change w WHERE w.program_id = a.program_id AND w.affiliate_id = a.id)
         AS pays_from
  FROM affiliate a WHERE a.program_id = $1 AND a.id = ANY($2::bigint[])
"""
_USERS = "SELECT id, wallet FROM program_user WHERE program_id = $1 AND id = ANY($2::bigint[])"


async def due_lines(session: ReadSession | UnitOfWork, program_id: int, currency: str) -> list[Due]:
    """All that waits for a payout: commissions and refunds, each payee's in one, or in one for each open nonce."""
    connection = session.connection
    payable = await connection.fetch(_PAYABLE, program_id, currency)
    owed = await connection.fetch(_OWED, program_id, currency)
    listed = await connection.fetch(_LISTED, program_id, currency)
    return [
        *(Due(Payee(PayoutPurpose.COMMISSION, row["owner_id"]), _lines(row)) for row in payable),
        *(Due(Payee(PayoutPurpose.REFUND, row["owner_id"]), _lines(row)) for row in owed),
        *(
            Due(
                Payee(PayoutPurpose(row["purpose"]), row["owner_id"]),
                _lines(row),
                row["safe_nonce"],
            )
            for row in listed
        ),
    ]


async def payee_states(
    session: ReadSession | UnitOfWork, program_id: int, payees: Collection[Payee]
) -> dict[Payee, PayeeState]:
    """The payees as they are now."""
    connection = session.connection
    affiliates = await connection.fetch(
        _AFFILIATES, program_id, _owners(payees, PayoutPurpose.COMMISSION)
    )
    users = await connection.fetch(_USERS, program_id, _owners(payees, PayoutPurpose.REFUND))
    states = [
        *(
            _affiliate(row["id"], row["wallet"], row["status"], row["pays_from"])
            for row in affiliates
        ),
        *(PayeeState(Payee(PayoutPurpose.REFUND, row["id"]), row["wallet"]) for row in users),
    ]
    return {state.payee: state for state in states}


def _affiliate(
    affiliate_id: int, wallet: str, status: str, pays_from: datetime | None
) -> PayeeState:
    payee = Payee(PayoutPurpose.COMMISSION, affiliate_id)
    return PayeeState(payee, wallet, AffiliateStatus(status), pays_from)


def _owners(payees: Collection[Payee], purpose: PayoutPurpose) -> list[int]:
    return sorted(payee.owner_id for payee in payees if payee.purpose is purpose)


def _lines(row: asyncpg.Record) -> tuple[Line, ...]:
    return tuple(map(Line, row["ids"], row["amounts"]))
