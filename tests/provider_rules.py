"""What holds of payments that a provider tells of; as in tests/invariants.py, each statement returns the violations."""

PROVIDER_RULES = {
    "5 a settlement by a provider has one processed event, and each such event its settlement": """
    SELECT program_id, x.id AS settlement, e.id AS event FROM settlement x
      FULL JOIN (SELECT program_id, id, intent_id, amount, currency, step, asked_again_at FROM provider_event
                  WHERE outcome = 'SETTLED') e USING (program_id, intent_id)
     WHERE x.provider_event_id IS DISTINCT FROM e.id OR (x.provider_event_id IS NOT NULL AND (
           (x.amount, x.currency) IS DISTINCT FROM (e.amount, e.currency)
           OR NOT (e.step = 'PAID' OR (e.step = 'LATE' AND e.asked_again_at IS NOT NULL))))""",
    "5 a provider settles the payments that are its own, and only those": """
    SELECT x.program_id, x.id FROM settlement x JOIN intent i ON i.program_id = x.program_id AND i.id = x.intent_id
     WHERE (i.kind = 'COMMERCE_PAYMENT') <> (x.provider_event_id IS NOT NULL)
        OR (x.provider_event_id IS NOT NULL AND (x.chain_id, x.undone_at) IS DISTINCT FROM (NULL, NULL))""",
    "5 one charge is one intent, and is credited once": """
    SELECT program_id, provider, charge FROM provider_event WHERE charge IS NOT NULL GROUP BY 1, 2, 3
    HAVING count(DISTINCT intent_id) > 1 OR count(*) FILTER (WHERE outcome = 'SETTLED') > 1""",
    "what a provider has yet to bring is what it confirmed": """
    SELECT program_id, currency FROM (
      SELECT program_id, currency, sum(amount) AS told FROM provider_event WHERE outcome = 'SETTLED' GROUP BY 1, 2) e
    FULL JOIN (
      SELECT t.program_id, t.currency, sum(t.amount) AS told FROM transfer t
        JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id AND j.kind = 'SETTLEMENT'
        JOIN account d ON d.program_id = t.program_id AND d.id = t.debit_account_id AND d.kind = 'PROVIDER'
       GROUP BY 1, 2) l USING (program_id, currency)
     WHERE e.told IS DISTINCT FROM l.told""",
    "an event of a provider waits, or something came of it": """
    SELECT program_id, id FROM provider_event WHERE due_at IS NULL AND outcome IS NULL
        OR (outcome IN ('APPLIED', 'SETTLED') AND intent_id IS NULL)
        OR (outcome IN ('IGNORED', 'MALFORMED', 'UNATTRIBUTED') AND intent_id IS NOT NULL)""",
    "no chain has to do with what a provider is paid": """
    SELECT i.program_id, i.id FROM intent i WHERE i.kind = 'COMMERCE_PAYMENT'
       AND (EXISTS (SELECT FROM intent_todo t WHERE t.program_id = i.program_id AND t.intent_id = i.id)
         OR EXISTS (SELECT FROM intent_attempt a WHERE a.program_id = i.program_id AND a.intent_id = i.id)
         OR EXISTS (SELECT FROM intent_authorization g WHERE g.program_id = i.program_id AND g.intent_id = i.id))""",
    "what was paid late waits for a person": """
    SELECT s.program_id, s.intent_id FROM intent_state s WHERE s.failure_code = 'PAID_LATE' AND NOT EXISTS (
      SELECT FROM provider_event e WHERE e.program_id = s.program_id AND e.intent_id = s.intent_id AND e.step = 'LATE'
         AND e.amount IS NOT NULL)""",
}
