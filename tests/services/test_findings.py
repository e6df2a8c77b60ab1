"""What the logs of one transaction mean for each program."""

from itertools import count

from app.chain.logs import LogPlace, Rejected, SafeExecuted, Settled, TokenTransfer, WatchedLog
from app.domain.postings import MovementDirection
from app.services.findings.transaction_findings import (
    FoundItem,
    RejectedItem,
    SafeExecution,
    SettledItem,
    TreasuryTransfer,
    WatchedAddresses,
    items_of_transaction,
)

GATEWAY, TOKEN, WALLET = ("0x" + digit * 40 for digit in "123")
TREASURY, OTHER_TREASURY = ("0x" + digit * 40 for digit in "ab")
PROGRAM, OTHER_PROGRAM = b"\x01" * 32, b"\x02" * 32
ADDRESSES = WatchedAddresses(
    GATEWAY, {TREASURY: 1, OTHER_TREASURY: 2}, {PROGRAM: 1, OTHER_PROGRAM: 2}
)
INTENT = b"\x11" * 32
_INDEXES = count()


def place() -> LogPlace:
    return LogPlace(9, b"\x09" * 32, b"\x0a" * 32, 0, next(_INDEXES))


def moved(sender: str, recipient: str, amount: int = 10) -> TokenTransfer:
    return TokenTransfer(place(), TOKEN, sender, recipient, amount)


def settled(
    amount: int = 10, treasury: str = TREASURY, program: bytes = PROGRAM, intent: bytes = INTENT
) -> Settled:
    return Settled(place(), intent, program, treasury, WALLET, TOKEN, amount, 0)


def read(*logs: WatchedLog, rejected: dict[bytes, int] | None = None) -> dict[int, list[FoundItem]]:
    return items_of_transaction(logs, ADDRESSES, rejected or {})


def sent(log: TokenTransfer, safe_tx_hash: bytes) -> TreasuryTransfer:
    return TreasuryTransfer(log, MovementDirection.OUT, safe_tx_hash)


def came(log: TokenTransfer) -> TreasuryTransfer:
    return TreasuryTransfer(log, MovementDirection.IN)


def test_each_settlement_has_the_forward_before_it() -> None:
    first, one, second, two = (
        moved(GATEWAY, TREASURY),
        settled(),
        moved(GATEWAY, TREASURY),
        settled(intent=b"\x12" * 32),
    )
    assert read(first, one, second, two) == {1: [SettledItem(one, first), SettledItem(two, second)]}


def test_programs_of_one_transaction_are_apart() -> None:
    first, one = moved(GATEWAY, TREASURY), settled()
    second, two = moved(GATEWAY, OTHER_TREASURY), settled(10, OTHER_TREASURY, OTHER_PROGRAM)
    assert read(first, one, second, two) == {
        1: [SettledItem(one, first)],
        2: [SettledItem(two, second)],
    }


def test_a_settlement_without_money_has_no_forward() -> None:
    mint = settled(amount=0)
    assert read(mint) == {1: [SettledItem(mint, None)]}


def test_a_forward_of_another_amount_is_not_this_settlements() -> None:
    less, log = moved(GATEWAY, TREASURY, 9), settled()
    assert read(less, log) == {1: [came(less), SettledItem(log, None)]}


def test_a_forward_without_a_settlement_is_unexplained() -> None:
    lost, first, one = moved(GATEWAY, TREASURY), moved(GATEWAY, TREASURY), settled()
    assert read(lost, first, one) == {1: [came(lost), SettledItem(one, first)]}


def test_a_settlement_into_another_treasury_than_its_programs_settles_nothing() -> None:
    stolen, log = moved(GATEWAY, OTHER_TREASURY), settled(treasury=OTHER_TREASURY)
    assert read(stolen, log) == {2: [came(stolen)]}


def test_nothing_and_to_oneself_are_no_movements() -> None:
    assert read(moved(WALLET, TREASURY, 0), moved(TREASURY, TREASURY)) == {}


def test_between_treasuries_it_leaves_one_and_comes_to_the_other() -> None:
    log = moved(TREASURY, OTHER_TREASURY)
    assert read(log) == {1: [TreasuryTransfer(log, MovementDirection.OUT)], 2: [came(log)]}


def test_money_that_owners_sent_names_their_transaction() -> None:
    log, executed = moved(TREASURY, WALLET), SafeExecuted(place(), TREASURY, b"\x77" * 32)
    assert read(log, executed) == {1: [SafeExecution(executed, (sent(log, b"\x77" * 32),))]}


def test_each_execution_has_what_left_since_the_one_before() -> None:
    one, two, late = (moved(TREASURY, WALLET, amount) for amount in (1, 2, 3))
    first, came_in = SafeExecuted(place(), TREASURY, b"\x71" * 32), moved(WALLET, TREASURY)
    three, second = moved(TREASURY, WALLET, 4), SafeExecuted(place(), TREASURY, b"\x72" * 32)
    other = SafeExecuted(place(), OTHER_TREASURY, b"\x73" * 32)
    after = moved(TREASURY, WALLET, 5)
    assert read(one, two, first, came_in, late, three, second, other, after) == {
        1: [
            SafeExecution(first, (sent(one, b"\x71" * 32), sent(two, b"\x71" * 32))),
            came(came_in),
            SafeExecution(second, (sent(late, b"\x72" * 32), sent(three, b"\x72" * 32))),
            TreasuryTransfer(after, MovementDirection.OUT),
        ],
        2: [SafeExecution(other, ())],
    }


def test_an_execution_that_is_logged_again_counts_once_and_what_left_is_not_lost() -> None:
    hash_ = b"\x77" * 32
    first = SafeExecuted(place(), TREASURY, hash_)
    log = moved(TREASURY, WALLET)
    again = [SafeExecuted(place(), TREASURY, hash_) for _ in range(3)]
    assert read(first, log, *again) == {1: [SafeExecution(first, ()), sent(log, hash_)]}


def test_a_safe_that_is_no_treasury_says_nothing() -> None:
    assert read(SafeExecuted(place(), WALLET, b"\x77" * 32)) == {}


def test_a_refusal_counts_for_what_this_transaction_carries_for_us() -> None:
    ours, foreign = Rejected(place(), INTENT, 10), Rejected(place(), b"\x55" * 32, 10)
    assert read(ours, foreign, rejected={INTENT: 1}) == {1: [RejectedItem(ours)]}
