"""Why the gateway did not settle an item: the codes of its Rejected logs and returned reasons."""

from enum import IntEnum


class SettlementReason(IntEnum):
    """The contract's enum Reason, number by number (contracts/src/SettlementItems.sol)."""

    NONE = 0
    NOT_ATTEMPTED = 1
    INVALID_ITEM = 2
    TOKEN_NOT_ALLOWED = 3
    AUTHORIZATION_NOT_YET_VALID = 4
    AUTHORIZATION_EXPIRED = 5
    CONTRACT_WALLET = 6
    IDENTITY_EXISTS = 7
    AUTHORIZATION_USED = 8
    INVALID_SIGNATURE = 9
    INSUFFICIENT_FUNDS = 10
    BLACKLISTED = 11
    TOKEN_PAUSED = 12
    OUT_OF_GAS = 13
    UNKNOWN = 14


# Nothing about the intent is wrong: the same item may settle later, or by the other entry point.
PASSING_REASONS = frozenset(
    {
        SettlementReason.NOT_ATTEMPTED,
        SettlementReason.AUTHORIZATION_NOT_YET_VALID,
        SettlementReason.CONTRACT_WALLET,
        SettlementReason.TOKEN_PAUSED,
    }
)
