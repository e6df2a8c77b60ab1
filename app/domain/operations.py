"""One table: which operation may be started by whom, and on which condition. What has no row is refused.

Scopes are those of API keys (one of them is enough), roles those of a wallet's session, both in the program that is
acted in. The conditions in words are enforced where the operation is carried out, and tested cell by cell.
"""

from dataclasses import dataclass

from app.domain.intents import SIGNED_KINDS
from app.domain.permissions import ApiScope, Authority, Caller, Role


@dataclass(frozen=True, slots=True)
class Rule:
    """owner: of the program's treasury. operator: a wallet that the settings list, in any program.
    wallet: any signed-in wallet, for itself, where registration is open. anyone: without a credential.
    """

    scopes: frozenset[ApiScope] = frozenset()
    roles: frozenset[Role] = frozenset()
    owner: bool = False
    operator: bool = False
    wallet: bool = False
    anyone: bool = False
    condition: str = ""

    def admits(self, authority: Authority) -> bool:
        """Whether what a caller is in a program lets it start this there; `wallet` is for the caller to decide."""
        return (
            self.anyone
            or not self.scopes.isdisjoint(authority.scopes)
            or not self.roles.isdisjoint(authority.roles)
            or (self.owner and authority.owner)
            or (self.operator and authority.operator)
        )

    def said(self) -> str:
        """Whom it admits, for people: "API keys with READ and wallets that are ADMIN"; empty for nobody."""
        others = [("treasury owner", self.owner), ("operator", self.operator)]
        kinds = [*sorted(self.roles), *(name for name, holds in others if holds)]
        wallets = "any wallet" if self.wallet else f"wallets that are {' or '.join(kinds)}"
        keys = f"API keys with {' or '.join(sorted(self.scopes))}"
        admitted = [(keys, bool(self.scopes)), (wallets, self.wallet or bool(kinds))]
        return " and ".join(words for words, holds in admitted if holds)

    def admits_somewhere(self, caller: Caller) -> bool:
        """Whether there is any program in which this caller may start this."""
        if self.anyone or (self.wallet and caller.wallet is not None):
            return True
        if self.operator and caller.operator:
            return True
        return any(self.admits(one) for one in caller.authorities)


def _rule(
    *scopes: ApiScope,
    roles: tuple[Role, ...] = (),
    owner: bool = False,
    operator: bool = False,
    wallet: bool = False,
    condition: str = "",
) -> Rule:
    return Rule(
        frozenset(scopes),
        frozenset(roles),
        owner,
        operator,
        wallet,
        anyone=False,
        condition=condition,
    )


_READ, _PLATFORM = ApiScope.READ, ApiScope.PLATFORM
_INTENTS, _AFFILIATES = ApiScope.WRITE_INTENTS, ApiScope.MANAGE_AFFILIATES
_PAYOUTS, _PROGRAM = ApiScope.MANAGE_PAYOUTS, ApiScope.MANAGE_PROGRAM
_CLIENT, _AFFILIATE, _ADMIN = Role.CLIENT, Role.AFFILIATE, Role.ADMIN

_EVERYBODY = _rule(*ApiScope, roles=tuple(Role), owner=True, operator=True, wallet=True)
_VISIBLE = _rule(
    _READ,
    _PLATFORM,
    roles=tuple(Role),
    owner=True,
    operator=True,
    wallet=True,
    condition="as far as the caller sees it; programs with open registration are public to wallets",
)
_SELF = "a wallet only itself"
_OWN = "a wallet only its own"
_RUNS_PROGRAM = _rule(_PROGRAM, roles=(_ADMIN,))
_PAUSES = _rule(_PROGRAM, roles=(_ADMIN,), operator=True)
_MAKES_KEYS = _rule(_PROGRAM, _PLATFORM, roles=(_ADMIN,), operator=True)
_RUNS_AFFILIATES = _rule(_AFFILIATES, roles=(_ADMIN,))
_RUNS_PAYOUTS = _rule(_PAYOUTS, roles=(_ADMIN,))
_STARTS_INTENTS = _rule(_INTENTS, roles=(_CLIENT,), wallet=True, condition=_SELF)
_READS_PROGRAM = _rule(_READ, roles=(_ADMIN,))
_READS_INTENT = _rule(_READ, roles=(_ADMIN, _CLIENT), condition=_OWN)
_READS_BATCH = _rule(_READ, roles=(_ADMIN,), owner=True)
_READS_SYSTEM = _rule(_PROGRAM, _PLATFORM, roles=(_ADMIN,), operator=True)

_ANYBODY = Rule(anyone=True)
_SIGNED_IN = _rule(wallet=True, condition=_OWN)

OPERATIONS: dict[str, Rule] = {
    "Query.viewer": _EVERYBODY,
    "Query.node": _VISIBLE,
    "Query.nodes": _VISIBLE,
    "Query.program": _VISIBLE,
    "Query.programs": _VISIBLE,
    "Query.affiliate": _rule(
        _READ, roles=(_ADMIN, _AFFILIATE), condition="an affiliate only of its own branch"
    ),
    "Query.user": _rule(_READ, roles=(_ADMIN, _CLIENT), condition=_SELF),
    "Query.intent": _READS_INTENT,
    "Query.payoutBatch": _READS_BATCH,
    "Query.paymentAuthorization": _rule(
        _READ, _INTENTS, roles=(_CLIENT,), wallet=True, condition=_SELF
    ),
    "Query.affiliateWalletChange": _rule(
        _READ, _AFFILIATES, roles=(_ADMIN, _AFFILIATE), condition="an affiliate only itself"
    ),
    "Query.systemStatus": _READS_SYSTEM,
    "Mutation.requestLogin": _ANYBODY,
    "Mutation.login": _ANYBODY,
    "Mutation.logout": _SIGNED_IN,
    "Mutation.revokeSession": _SIGNED_IN,
    "Mutation.createProgram": _rule(_PLATFORM, operator=True),
    "Mutation.updateProgram": _RUNS_PROGRAM,
    "Mutation.setTerms": _RUNS_PROGRAM,
    "Mutation.advanceClock": _RUNS_PROGRAM,
    "Mutation.pauseProgram": _PAUSES,
    "Mutation.resumeProgram": _PAUSES,
    "Mutation.createApiKey": _MAKES_KEYS,
    "Mutation.rotateApiKey": _MAKES_KEYS,
    "Mutation.revokeApiKey": _MAKES_KEYS,
    "Mutation.setProviderSecret": _RUNS_PROGRAM,
    "Mutation.grantRole": _RUNS_PROGRAM,
    "Mutation.revokeRole": _RUNS_PROGRAM,
    "Mutation.registerAffiliate": _rule(
        _AFFILIATES,
        roles=(_ADMIN, _AFFILIATE),
        wallet=True,
        condition="others than an ADMIN only themselves",
    ),
    "Mutation.setAffiliateStatus": _RUNS_AFFILIATES,
    "Mutation.moveAffiliate": _RUNS_AFFILIATES,
    "Mutation.changeAffiliateWallet": _rule(
        _AFFILIATES, roles=(_ADMIN, _AFFILIATE), condition="an affiliate only itself"
    ),
    **{f"Mutation.{kind.operation}": _STARTS_INTENTS for kind in SIGNED_KINDS},
    "Mutation.retryIntent": _RUNS_PROGRAM,
    "Mutation.cancelIntent": _RUNS_PROGRAM,
    "Mutation.reverseSettlement": _RUNS_PAYOUTS,
    "Mutation.createPayoutBatch": _RUNS_PAYOUTS,
    "Mutation.proposeWithdrawal": _RUNS_PAYOUTS,
    "Mutation.approvePayoutBatch": _rule(
        _PAYOUTS, roles=(_ADMIN,), owner=True, condition="the owner's signatures decide"
    ),
    "Mutation.rejectPayoutBatch": _RUNS_PAYOUTS,
    "Mutation.closePayoutBatch": _RUNS_PAYOUTS,
    "Mutation.runReconciliation": _RUNS_PROGRAM,
    "Mutation.resolveDiscrepancy": _RUNS_PROGRAM,
    "Mutation.proposeBalanceAdjustment": _RUNS_PAYOUTS,
    "Mutation.approveBalanceAdjustment": _rule(
        _PAYOUTS, roles=(_ADMIN,), condition="somebody else than who proposed it"
    ),
    "Mutation.unhaltLane": _rule(_PLATFORM, operator=True),
    "Mutation.createWebhookEndpoint": _RUNS_PROGRAM,
    "Mutation.updateWebhookEndpoint": _RUNS_PROGRAM,
    "Mutation.deleteWebhookEndpoint": _RUNS_PROGRAM,
    "Mutation.rotateWebhookSecret": _RUNS_PROGRAM,
    "Mutation.redeliverWebhook": _RUNS_PROGRAM,
    "Mutation.createExport": _rule(
        _READ, roles=(_ADMIN,), owner=True, condition="an owner only a batch"
    ),
    "Subscription.intentStatus": _READS_INTENT,
    "Subscription.programEvents": _READS_PROGRAM,
    "Subscription.payoutBatchStatus": _READS_BATCH,
    "Subscription.affiliateEarnings": _rule(
        _READ, roles=(_ADMIN, _AFFILIATE), condition="an affiliate only its own"
    ),
    "Subscription.programDashboard": _READS_PROGRAM,
    "Subscription.systemStatus": _READS_SYSTEM,
}
"""Root field to who may start it."""

NOBODY = Rule()


def rule_of(operation: str) -> Rule:
    """The row of a root field, such as "Mutation.registerUser"; one that admits nobody where there is none."""
    return OPERATIONS.get(operation, NOBODY)
