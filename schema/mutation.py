"""Root of mutations."""

import strawberry

import resolvers.adjusting_balances
import resolvers.changing_affiliates
import resolvers.changing_api_keys
import resolvers.changing_intents
import resolvers.changing_lanes
import resolvers.changing_payouts
import resolvers.changing_programs
import resolvers.changing_providers
import resolvers.changing_roles
import resolvers.changing_wallets
import resolvers.changing_webhooks
import resolvers.discrepancies
import resolvers.exporting
import resolvers.reconciliation
import resolvers.reversing_settlements
import resolvers.signing_in
from schema.fields import mutated
from schema.types.payloads import (
    AffiliatePayload,
    ApiKeyPayload,
    ApiKeySecretPayload,
    BalanceAdjustmentPayload,
    DiscrepancyPayload,
    ExportPayload,
    IntentPayload,
    LanePayload,
    LoginChallenge,
    LoginPayload,
    LogoutPayload,
    PayoutBatchPayload,
    ProgramPayload,
    ReconciliationRunPayload,
    ReversalPayload,
    SessionPayload,
    TermsPayload,
    WebhookDeliveryPayload,
    WebhookEndpointPayload,
    WebhookSecretPayload,
)


@strawberry.type
class Mutation:
    request_login: LoginChallenge | None = mutated(
        resolvers.signing_in.request_login, description="Sign in with a wallet (EIP-4361)."
    )
    login: LoginPayload | None = mutated(resolvers.signing_in.login)
    logout: LogoutPayload | None = mutated(resolvers.signing_in.logout)
    revoke_session: SessionPayload | None = mutated(resolvers.signing_in.revoke)
    create_program: ProgramPayload | None = mutated(resolvers.changing_programs.create)
    update_program: ProgramPayload | None = mutated(resolvers.changing_programs.update)
    set_terms: TermsPayload | None = mutated(resolvers.changing_programs.set_terms)
    advance_clock: ProgramPayload | None = mutated(
        resolvers.changing_programs.advance_clock,
        description="Test programs only: moves the program's clock forward, never back, "
        "and does at once what became due.",
    )
    pause_program: ProgramPayload | None = mutated(resolvers.changing_programs.pause)
    resume_program: ProgramPayload | None = mutated(resolvers.changing_programs.resume)
    create_api_key: ApiKeySecretPayload | None = mutated(resolvers.changing_api_keys.create)
    rotate_api_key: ApiKeySecretPayload | None = mutated(resolvers.changing_api_keys.rotate)
    revoke_api_key: ApiKeyPayload | None = mutated(resolvers.changing_api_keys.revoke)
    set_provider_secret: ProgramPayload | None = mutated(resolvers.changing_providers.set_secret)
    grant_role: ProgramPayload | None = mutated(resolvers.changing_roles.grant)
    revoke_role: ProgramPayload | None = mutated(resolvers.changing_roles.revoke)
    register_affiliate: AffiliatePayload | None = mutated(resolvers.changing_affiliates.register)
    set_affiliate_status: AffiliatePayload | None = mutated(
        resolvers.changing_affiliates.set_status
    )
    move_affiliate: AffiliatePayload | None = mutated(
        resolvers.changing_affiliates.move,
        description="Moves a branch. What was accepted before keeps its upline.",
    )
    change_affiliate_wallet: AffiliatePayload | None = mutated(
        resolvers.changing_wallets.change,
        description="Signed by the old and the new wallet; payouts to the new one wait for the program's cool-down.",
    )
    register_user: IntentPayload | None = mutated(resolvers.changing_intents.register)
    submit_payment: IntentPayload | None = mutated(resolvers.changing_intents.pay)
    retry_intent: IntentPayload | None = mutated(resolvers.changing_intents.retry)
    cancel_intent: IntentPayload | None = mutated(resolvers.changing_intents.cancel)
    reverse_settlement: ReversalPayload | None = mutated(
        resolvers.reversing_settlements.reverse,
        description="Owes the payer a refund, paid by the next batch, and claws back the commissions in proportion; "
        "those already paid or in a batch become negative commissions. Several, up to the settled amount.",
    )
    create_payout_batch: PayoutBatchPayload | None = mutated(
        resolvers.changing_payouts.create,
        description="Moves what is due to PAYABLE and puts it in a batch; the daily job calls the same code.",
    )
    propose_withdrawal: PayoutBatchPayload | None = mutated(
        resolvers.changing_payouts.withdraw,
        description="The program takes its own money, or pays the platform's fee, through the same Safe.",
    )
    approve_payout_batch: PayoutBatchPayload | None = mutated(
        resolvers.changing_payouts.approve,
        description="signatures: one for each of the batch's PROPOSED safeTransactions, in order, by one owner; "
        "contentHash: what that owner saw.",
    )
    reject_payout_batch: PayoutBatchPayload | None = mutated(resolvers.changing_payouts.reject)
    close_payout_batch: PayoutBatchPayload | None = mutated(
        resolvers.changing_payouts.close,
        description="Ends a rejected batch without paying: a zero-value Safe transaction at each open nonce, "
        "to be signed by owners.",
    )
    run_reconciliation: ReconciliationRunPayload | None = mutated(resolvers.reconciliation.run)
    resolve_discrepancy: DiscrepancyPayload | None = mutated(
        resolvers.discrepancies.resolve,
        description="providerFee: what the provider kept of a FROM_PROVIDER transfer.",
    )
    propose_balance_adjustment: BalanceAdjustmentPayload | None = mutated(
        resolvers.adjusting_balances.propose
    )
    approve_balance_adjustment: BalanceAdjustmentPayload | None = mutated(
        resolvers.adjusting_balances.approve
    )
    unhalt_lane: LanePayload | None = mutated(resolvers.changing_lanes.unhalt)
    create_webhook_endpoint: WebhookSecretPayload | None = mutated(
        resolvers.changing_webhooks.create
    )
    update_webhook_endpoint: WebhookEndpointPayload | None = mutated(
        resolvers.changing_webhooks.update
    )
    delete_webhook_endpoint: WebhookEndpointPayload | None = mutated(
        resolvers.changing_webhooks.delete
    )
    rotate_webhook_secret: WebhookSecretPayload | None = mutated(resolvers.changing_webhooks.rotate)
    redeliver_webhook: WebhookDeliveryPayload | None = mutated(
        resolvers.changing_webhooks.send_again
    )
    create_export: ExportPayload | None = mutated(
        resolvers.exporting.create,
        description="A link to a CSV or JSON export, good once, for 60 seconds.",
    )
