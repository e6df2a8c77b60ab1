"""What the cycle asks of the API."""

EARNED = """
query Earned($slug: String!) {
  program(slug: $slug) {
    id now status
    affiliates(first: 200) { nodes { referralCode earnings { accrued { amount } payable { amount } } } }
    accrued: commissions(filter: {status: [ACCRUED]}, first: 1) { totalCount { value } }
    paid: commissions(filter: {status: [PAID]}, first: 1) { totalCount { value } }
    live: payoutBatches(status: [PENDING_APPROVAL, APPROVED, EXECUTING, REJECTED], first: 10) {
      nodes { id status safeTransactions { status } }
    }
  }
}
"""
INTENT = """
query Intent($id: ID!) { node(id: $id) { ... on Intent { status failure { code message } } } }
"""
ADVANCE = """
mutation Advance($program: ID!, $to: DateTime!) {
  advanceClock(programId: $program, to: $to) { program { now } userErrors { code message field } }
}
"""
CREATE = """
mutation Create($program: ID!, $currency: String!, $key: String!) {
  createPayoutBatch(programId: $program, currency: $currency, idempotencyKey: $key) {
    payoutBatch { id } userErrors { code message field }
  }
}
"""
BATCH = """
query Batch($id: ID!) {
  payoutBatch(id: $id) {
    id status payoutCount total { amount currency } contentHash requiredApprovals
    safeTransactions {
      index status death nonce hash contentHash payoutCount typedData signatures { owner }
      simulation { passed refused gasEstimate }
    }
    payouts(first: 200) {
      nodes {
        purpose destination amount { amount currency } status transactionHash logIndex
        affiliate { referralCode }
        commissions(first: 1) {
          totalCount { value }
          nodes {
            level rateBps amount { amount }
            explanation { payment { amount } exact rounded { amount } matches }
          }
        }
      }
    }
    changes(first: 5) { totalCount { value } nodes { kind message } }
    excluded(first: 5) { nodes { destination reason } }
    blockers { code message }
  }
}
"""
HELD_BACK = """
query HeldBack($slug: String!) {
  program(slug: $slug) {
    commissions(filter: {status: [PAYABLE]}, first: 100) {
      nodes { affiliate { referralCode } blockers { message } }
    }
  }
}
"""
APPROVE = """
mutation Approve($id: ID!, $owner: Address!, $signatures: [Hex!]!, $contentHash: Hex!) {
  approvePayoutBatch(id: $id, owner: $owner, signatures: $signatures, contentHash: $contentHash) {
    payoutBatch { status } userErrors { code message field }
  }
}
"""
FOLLOW = """
subscription Follow($id: ID!) {
  payoutBatchStatus(id: $id) { status safeTransactions { index status transactionHash } }
}
"""
EXPORT = """
mutation Export($program: ID!, $filter: JSON!) {
  createExport(programId: $program, kind: PAYOUT_BATCH, filter: $filter) {
    url userErrors { code message field }
  }
}
"""
BOOKS = """
query Books($slug: String!) {
  program(slug: $slug) {
    currencies { code decimals token }
    treasury { address }
    trialBalance { currency balanced rows { kind debits { minor } credits { minor } } }
  }
}
"""
