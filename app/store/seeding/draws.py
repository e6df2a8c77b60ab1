"""What everything seeded is drawn with: functions and tables of the session that seeds, gone with it.

A draw is a hash of a number and a salt, so the same seed draws the same in any order. Ids are uuids of version 7 whose
time is that of their row, as app/domain/ids.py makes them.
"""

from collections.abc import Sequence

from app.store.database import UnitOfWork

_PREPARE = """
CREATE FUNCTION pg_temp.draw(n bigint, salt bigint, below bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (hashint8extended(n, salt) & 9223372036854775807) % below
$$;
CREATE FUNCTION pg_temp.seed_id(at timestamptz, n bigint, salt bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT encode(int8send((floor(extract(epoch FROM at) * 1000)::bigint << 16) | 28672 | (hashint8extended(n, salt) & 4095))
             || int8send((hashint8extended(n, salt + 1) & 4611686018427387903) | (-9223372036854775807 - 1)), 'hex')::uuid
$$;
CREATE FUNCTION pg_temp.noise(n bigint, salt bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(int8send(n) || int8send(salt))
$$;
CREATE TEMP TABLE seed_affiliate (n bigint PRIMARY KEY, wallet text NOT NULL);
CREATE TEMP TABLE seed_user (
  n bigint PRIMARY KEY, wallet text NOT NULL, public_id uuid, referrer_id bigint, referral_code text, upline bigint[]);
CREATE TEMP TABLE seed_intent (
  n bigint PRIMARY KEY, id uuid NOT NULL, kind text NOT NULL, accepted_at timestamptz NOT NULL, batch bigint NOT NULL,
  item integer NOT NULL, user_n bigint NOT NULL, amount numeric, failed boolean NOT NULL, key text NOT NULL,
  settlement_id uuid NOT NULL, confirmed_at timestamptz NOT NULL, weight bigint NOT NULL);
CREATE TEMP TABLE seed_journal (n bigint PRIMARY KEY, id bigint NOT NULL);
CREATE TEMP TABLE seed_commission (
  n bigint NOT NULL, level integer NOT NULL, id uuid NOT NULL, affiliate_id bigint NOT NULL, rate_bps integer NOT NULL,
  amount numeric NOT NULL, PRIMARY KEY (n, level));
"""
_EMPTY = "TRUNCATE seed_affiliate, seed_user, seed_intent, seed_journal, seed_commission"
_WALLETS = {
    "affiliate": "INSERT INTO seed_affiliate (n, wallet) SELECT n + $1, wallet"
    " FROM unnest($2::text[]) WITH ORDINALITY AS w (wallet, n)",
    "user": "INSERT INTO seed_user (n, wallet) SELECT n + $1, wallet"
    " FROM unnest($2::text[]) WITH ORDINALITY AS w (wallet, n)",
}
_ANALYZE = "ANALYZE seed_affiliate, seed_user"


async def prepare(unit: UnitOfWork) -> None:
    """Makes the functions and tables; once for a connection."""
    await unit.connection.execute(_PREPARE)


async def begin_program(unit: UnitOfWork) -> None:
    """Forgets what was drawn for another program."""
    await unit.connection.execute(_EMPTY)


async def add_wallets(unit: UnitOfWork, kind: str, after: int, wallets: Sequence[str]) -> None:
    """The next wallets of affiliates or users, numbered from after + 1."""
    await unit.connection.execute(_WALLETS[kind], after, wallets)


async def wallets_are_known(unit: UnitOfWork) -> None:
    """Lets the planner know how many there are: autovacuum never looks at a session's tables."""
    await unit.connection.execute(_ANALYZE)
