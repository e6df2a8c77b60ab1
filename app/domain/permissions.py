"""Who may do what: API keys have scopes (roles of wallets join them later, in the same table)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.intents import KINDS


class ApiScope(StrEnum):
    READ = "READ"
    WRITE_INTENTS = "WRITE_INTENTS"
    MANAGE_AFFILIATES = "MANAGE_AFFILIATES"
    MANAGE_PAYOUTS = "MANAGE_PAYOUTS"
    MANAGE_PROGRAM = "MANAGE_PROGRAM"
    PLATFORM = "PLATFORM"


PLATFORM_PROGRAM_ID = 0

_ANY = frozenset(ApiScope)
_READ = frozenset({ApiScope.READ})
_PLATFORM = frozenset({ApiScope.PLATFORM})
_INTENTS = frozenset({ApiScope.WRITE_INTENTS})
_AFFILIATES = frozenset({ApiScope.MANAGE_AFFILIATES})
_PAYOUTS = frozenset({ApiScope.MANAGE_PAYOUTS})
_PROGRAM = frozenset({ApiScope.MANAGE_PROGRAM})

OPERATIONS: dict[str, frozenset[ApiScope]] = {
    "Query.viewer": _ANY,
    "Query.node": _READ | _PLATFORM,
    "Query.nodes": _READ | _PLATFORM,
    "Query.program": _READ | _PLATFORM,
    "Query.programs": _READ | _PLATFORM,
    "Query.affiliate": _READ,
    "Query.user": _READ,
    "Query.intent": _READ,
    "Query.payoutBatch": _READ,
    "Query.paymentAuthorization": _READ | _INTENTS,
    "Query.affiliateWalletChange": _READ | _AFFILIATES,
    "Query.systemStatus": _READ | _PLATFORM,
    "Mutation.createProgram": _PLATFORM,
    "Mutation.updateProgram": _PROGRAM,
    "Mutation.setTerms": _PROGRAM,
    "Mutation.advanceClock": _PROGRAM,
    "Mutation.pauseProgram": _PROGRAM,
    "Mutation.resumeProgram": _PROGRAM,
    "Mutation.createApiKey": _PROGRAM | _PLATFORM,
    "Mutation.rotateApiKey": _PROGRAM | _PLATFORM,
    "Mutation.revokeApiKey": _PROGRAM | _PLATFORM,
    "Mutation.registerAffiliate": _AFFILIATES,
    "Mutation.setAffiliateStatus": _AFFILIATES,
    "Mutation.moveAffiliate": _AFFILIATES,
    "Mutation.changeAffiliateWallet": _AFFILIATES,
    **{f"Mutation.{kind.operation}": _INTENTS for kind in KINDS},
    "Mutation.retryIntent": _PROGRAM,
    "Mutation.cancelIntent": _PROGRAM,
    "Mutation.reverseSettlement": _PAYOUTS,
    "Mutation.createPayoutBatch": _PAYOUTS,
    "Mutation.proposeWithdrawal": _PAYOUTS,
    "Mutation.approvePayoutBatch": _PAYOUTS,
    "Mutation.rejectPayoutBatch": _PAYOUTS,
    "Mutation.closePayoutBatch": _PAYOUTS,
    "Mutation.proposeBalanceAdjustment": _PAYOUTS,
    "Mutation.approveBalanceAdjustment": _PAYOUTS,
    "Mutation.unhaltLane": _PLATFORM,
    "Mutation.createExport": _READ,
    "Subscription.intentStatus": _READ,
    "Subscription.programEvents": _READ,
    "Subscription.payoutBatchStatus": _READ,
    "Subscription.affiliateEarnings": _READ,
    "Subscription.programDashboard": _READ,
    "Subscription.systemStatus": _READ | _PLATFORM,
}
"""Root field to the scopes of which a key needs one. What has no row is refused."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authenticated credential. program_id 0 is the platform.

    actor: how transitions and audit rows name it, such as "api_key:key_01h…".
    """

    program_id: int
    program_public_id: UUID | None
    key_id: UUID
    actor: str
    scopes: frozenset[ApiScope]

    @property
    def platform(self) -> bool:
        return ApiScope.PLATFORM in self.scopes

    def may_start(self, operation: str) -> bool:
        """Whether this credential may ask for a root field, such as "Mutation.registerUser"."""
        return not self.scopes.isdisjoint(OPERATIONS.get(operation, frozenset()))

    def may(self, scope: ApiScope, program_id: int) -> bool:
        """Whether this credential has the scope in that program."""
        return self.program_id == program_id and scope in self.scopes


def operator_authority(program_id: int) -> Authority:
    """Somebody at the command line of the platform's own machine, acting in a program."""
    return Authority(program_id, None, UUID(int=0), "operator:cli", frozenset(ApiScope))
