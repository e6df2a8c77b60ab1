-- Exports of more lists: whatever the release before asks for is still one of them.
ALTER TABLE export_link DROP CONSTRAINT export_link_kind_check, ADD CONSTRAINT export_link_kind_check
  CHECK (kind IN ('INTENTS', 'COMMISSIONS', 'AFFILIATES', 'STATEMENT', 'ACCOUNTS', 'LEDGER', 'PAYOUTS', 'DISCREPANCIES',
                  'AUDIT', 'PAYOUT_BATCH'));
