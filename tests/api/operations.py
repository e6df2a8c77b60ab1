"""One call of every root field, on things of one program."""

_ERRORS = "userErrors { code message field }"
_PROGRAM = f"program {{ id status name now }} {_ERRORS}"
_INTENT = f"intent {{ id status version }} replayed warnings {{ code }} {_ERRORS}"
_BATCH = f"payoutBatch {{ id status }} replayed {_ERRORS}"
_AFFILIATE = f"affiliate {{ id status depth }} {_ERRORS}"

CALLS = {
    "Query.viewer": "{ viewer { kind apiKey { name } } }",
    "Query.node": '{ node(id: "%(affiliate)s") { id } }',
    "Query.nodes": '{ nodes(ids: ["%(affiliate)s"]) { id } }',
    "Query.program": '{ program(slug: "%(slug)s") { id } }',
    "Query.programs": "{ programs { nodes { id } totalCount { value } } }",
    "Query.affiliate": '{ affiliate(by: {id: "%(affiliate)s"}) { id } }',
    "Query.user": '{ user(by: {programId: "%(program)s", wallet: "%(user_wallet)s"}) { id } }',
    "Query.intent": '{ intent(by: {id: "%(intent)s"}) { id } }',
    "Query.payoutBatch": '{ payoutBatch(id: "%(batch)s") { id status } }',
    "Query.paymentAuthorization": """{ paymentAuthorization(programId: "%(program)s", kind: PAYMENT,
        wallet: "%(user_wallet)s", amount: {amount: "10", currency: "USDC"}, idempotencyKey: "k") { nonce } }""",
    "Query.affiliateWalletChange": """{ affiliateWalletChange(id: "%(affiliate)s", newWallet: "%(new_wallet)s")
        { expiresAt } }""",
    "Query.systemStatus": "{ systemStatus { health } }",
    "Mutation.createProgram": """mutation { createProgram(input: {slug: "%(new_slug)s", name: "New",
        treasury: "%(safe)s", chainId: "31337", currencies: ["USDC"], adminWallets: [],
        terms: {commissionLevelsBps: [100]}}) { program { id slug } userErrors { code message field } } }""",
    "Mutation.updateProgram": """mutation { updateProgram(input: {programId: "%(program)s", name: "Other"})
        { """
    + _PROGRAM
    + " } }",
    "Mutation.setTerms": """mutation { setTerms(input: {programId: "%(program)s", idempotencyKey: "terms",
        terms: {commissionLevelsBps: [100]}}) { terms { version } replayed userErrors { code message field } } }""",
    "Mutation.advanceClock": 'mutation { advanceClock(programId: "%(program)s", to: "%(later)s") { program { id }'
    + _ERRORS
    + " } }",
    "Mutation.pauseProgram": 'mutation { pauseProgram(programId: "%(program)s", reason: "why") { program { id status }'
    + _ERRORS
    + " } }",
    "Mutation.resumeProgram": 'mutation { resumeProgram(programId: "%(program)s", reason: "why") { program { id status }'
    + _ERRORS
    + " } }",
    "Mutation.setProviderSecret": """mutation { setProviderSecret(programId: "%(program)s", provider: "coinbase-commerce",
        secret: "30291a20-0bd1-4267-9b0f") { """
    + _PROGRAM
    + " } }",
    "Mutation.createApiKey": """mutation { createApiKey(programId: "%(program)s", name: "n", scopes: [READ],
        idempotencyKey: "key") { apiKey { id } secret replayed userErrors { code message field } } }""",
    "Mutation.rotateApiKey": """mutation { rotateApiKey(id: "%(key)s", overlapSeconds: 60, idempotencyKey: "rotate")
        { apiKey { id } secret replayed userErrors { code message field } } }""",
    "Mutation.revokeApiKey": 'mutation { revokeApiKey(id: "%(key)s") { apiKey { id revokedAt } '
    + _ERRORS
    + " } }",
    "Mutation.grantRole": """mutation { grantRole(programId: "%(program)s", wallet: "%(new_wallet)s", role: CLIENT) { """
    + _PROGRAM
    + " } }",
    "Mutation.revokeRole": """mutation { revokeRole(programId: "%(program)s", wallet: "%(former)s", role: CLIENT) { """
    + _PROGRAM
    + " } }",
    "Mutation.registerAffiliate": """mutation { registerAffiliate(input: {programId: "%(program)s",
        wallet: "%(new_wallet)s", referralCode: "NEW"}) { """
    + _AFFILIATE
    + " } }",
    "Mutation.setAffiliateStatus": """mutation { setAffiliateStatus(id: "%(affiliate)s", status: SUSPENDED,
        reason: "why") { """
    + _AFFILIATE
    + " } }",
    "Mutation.moveAffiliate": """mutation { moveAffiliate(id: "%(affiliate)s", to: {referralCode: "OTHER"},
        reason: "why") { """
    + _AFFILIATE
    + " } }",
    "Mutation.changeAffiliateWallet": """mutation { changeAffiliateWallet(id: "%(affiliate)s",
        newWallet: "%(own_wallet)s", oldSignature: "0x", newSignature: "0x") { """
    + _AFFILIATE
    + " } }",
    "Mutation.registerUser": """mutation { registerUser(input: {programId: "%(program)s", wallet: "%(new_wallet)s",
        idempotencyKey: "join"}) { """
    + _INTENT
    + " } }",
    "Mutation.submitPayment": """mutation { submitPayment(input: {programId: "%(program)s", wallet: "%(user_wallet)s",
        amount: {amount: "10", currency: "USDC"}, idempotencyKey: "submitPayment",
        authorization: %(submitPayment)s}) { """
    + _INTENT
    + " } }",
    "Mutation.retryIntent": 'mutation { retryIntent(id: "%(failed)s", reason: "why") { '
    + _INTENT
    + " } }",
    "Mutation.cancelIntent": 'mutation { cancelIntent(id: "%(intent)s", reason: "why") { '
    + _INTENT
    + " } }",
    "Mutation.reverseSettlement": """mutation { reverseSettlement(id: "%(settlement)s", reason: "why",
        amount: {amount: "1", currency: "USDC"}, idempotencyKey: "reverse") {
          reversal { id } replayed userErrors { code message field } } }""",
    "Mutation.createPayoutBatch": """mutation { createPayoutBatch(programId: "%(due_program)s", currency: "USDC",
        idempotencyKey: "batch") { """
    + _BATCH
    + " } }",
    "Mutation.proposeWithdrawal": """mutation { proposeWithdrawal(programId: "%(rich_program)s",
        amount: {amount: "1", currency: "USDC"}, destination: "%(new_wallet)s", idempotencyKey: "withdraw") { """
    + _BATCH
    + " } }",
    # These three in this order: a batch that an owner signed can be rejected, and then closed.
    "Mutation.approvePayoutBatch": """mutation { approvePayoutBatch(id: "%(proposed)s", owner: "%(safe_owner)s",
        signatures: ["%(owner_signature)s"], contentHash: "%(content_hash)s") { """
    + _BATCH
    + " } }",
    "Mutation.rejectPayoutBatch": 'mutation { rejectPayoutBatch(id: "%(proposed)s", reason: "why") { '
    + _BATCH
    + " } }",
    "Mutation.closePayoutBatch": """mutation { closePayoutBatch(id: "%(proposed)s", reason: "why",
        idempotencyKey: "close") { """
    + _BATCH
    + " } }",
    "Mutation.runReconciliation": """mutation { runReconciliation(programId: "%(program)s", full: true,
        idempotencyKey: "look") { run { id status checks { name } } replayed userErrors { code message field } } }""",
    "Mutation.resolveDiscrepancy": """mutation { resolveDiscrepancy(id: "%(discrepancy)s", explanation: NO_POSTING,
        note: "why") { discrepancy { id resolvedAt } userErrors { code message field } } }""",
    "Mutation.proposeBalanceAdjustment": """mutation { proposeBalanceAdjustment(affiliateId: "%(terminated)s",
        currency: "USDC", reason: "why", idempotencyKey: "adjust") {
          adjustment { id } replayed userErrors { code message field } } }""",
    "Mutation.approveBalanceAdjustment": """mutation { approveBalanceAdjustment(id: "%(adjustment)s") {
          adjustment { id approvedBy } replayed userErrors { code message field } } }""",
    "Mutation.unhaltLane": 'mutation { unhaltLane(id: "%(lane)s", reason: "why") { lane { id status } '
    + _ERRORS
    + " } }",
    "Mutation.createWebhookEndpoint": """mutation { createWebhookEndpoint(programId: "%(program)s",
        url: "http://127.0.0.1:9/new", events: [INTENT], idempotencyKey: "hook") {
          endpoint { id url events enabled } secret replayed userErrors { code message field } } }""",
    "Mutation.updateWebhookEndpoint": """mutation { updateWebhookEndpoint(id: "%(endpoint)s", events: [LEDGER]) {
        endpoint { id events } """
    + _ERRORS
    + " } }",
    "Mutation.rotateWebhookSecret": """mutation { rotateWebhookSecret(endpointId: "%(endpoint)s",
        idempotencyKey: "turn") { endpoint { id } secret replayed userErrors { code message field } } }""",
    "Mutation.redeliverWebhook": """mutation { redeliverWebhook(deliveryId: "%(delivery)s", idempotencyKey: "again") {
        delivery { id status } replayed userErrors { code message field } } }""",
    "Mutation.deleteWebhookEndpoint": """mutation { deleteWebhookEndpoint(id: "%(endpoint)s") {
        endpoint { id enabled } """
    + _ERRORS
    + " } }",
    "Mutation.createExport": 'mutation { createExport(programId: "%(program)s", kind: COMMISSIONS) { url expiresAt '
    + _ERRORS
    + " } }",
    "Subscription.intentStatus": 'subscription { intentStatus(id: "%(intent)s") { id } }',
    "Subscription.programEvents": 'subscription { programEvents(programId: "%(program)s") { type } }',
    "Subscription.payoutBatchStatus": 'subscription { payoutBatchStatus(id: "%(batch)s") { id } }',
    "Subscription.affiliateEarnings": 'subscription { affiliateEarnings(affiliateId: "%(affiliate)s") { id } }',
    "Subscription.programDashboard": 'subscription { programDashboard(programId: "%(program)s") { at } }',
    "Subscription.systemStatus": "subscription { systemStatus { health } }",
}
"""Root field to a document; what it names is filled in from a `Scene`."""

TERMINATE = """
mutation ($id: ID!) { setAffiliateStatus(id: $id, status: TERMINATED, reason: "a test") { userErrors { code } } }
"""
