"""What each login role may do: tables, columns and functions, as the tests expect them."""

# s select, i insert, u update (only of the columns below, where there are any), d delete.
RIGHTS = """
table                        api     worker  reader  feed
account                      s       s       s       -
account_snapshot             s       is      s       -
account_sum                  s       isu     s       -
affiliate                    isu     s       s       -
affiliate_rollup             s       disu    s       -
affiliate_wallet_change      is      s       s       -
alert                        -       disu    -       -
alert_message                -       isu     -       -
api_key                      isu     s       s       -
audit                        is      is      s       -
balance_adjustment           isu     s       s       -
chain_block                  s       disu    s       -
chain_transaction            s       isu     s       -
chain_watch                  s       isu     s       -
commission                   isu     isu     s       -
commission_transition        is      is      s       -
consumed_through             is      isu     s       -
consumer_position            s       isu     s       -
discrepancy                  su      isu     s       -
earned_sum                   s       isu     s       -
event                        s       s       s       s
event_feed                   s       su      s       s
event_outbox                 i       is      -       -
export_link                  i       -       -       -
instance                     s       su      s       s
intent                       is      is      s       -
intent_attempt               s       isu     s       -
intent_authorization         is      s       s       -
intent_state                 isu     isu     s       -
intent_todo                  disu    disu    s       -
intent_trace                 is      is      s       -
intent_transition            is      is      s       -
journal                      s       s       s       -
journal_stretch              s       is      s       -
lane                         su      isu     s       -
ledger_drift                 s       disu    s       -
minute_series                s       isu     s       -
movement                     s       s       s       -
operation_key                is      is      s       -
outflow_line                 s       s       s       -
payable_sum                  s       isu     s       -
payout                       is      isu     s       -
payout_batch                 isu     isu     s       -
payout_batch_change          is      is      s       -
payout_batch_transaction     is      is      s       -
payout_day                   s       isu     s       -
payout_exclusion             is      is      s       -
payout_line                  is      is      s       -
platform_audit_look          s       is      s       -
platform_health              s       su      s       -
program                      isu     su      s       -
program_counter              s       disu    s       -
program_currency             isu     su      s       -
program_gas                  s       isu     s       -
program_member               dis     s       s       -
program_series               s       disu    s       -
program_series_amount        s       disu    s       -
program_user                 isu     isu     s       -
provider_event               isu     su      s       -
provider_secret              isu     -       s       -
reconciliation_check         s       is      s       -
reconciliation_finding       s       is      s       -
reconciliation_run           is      isu     s       -
recovery                     s       isu     s       s
refund                       isu     su      s       -
refund_transition            is      is      s       -
reversal                     is      s       s       -
safe_relay                   s       isu     s       -
safe_signature               is      s       s       -
safe_transaction             isu     isu     s       -
safe_transaction_transition  is      is      s       -
seal                         s       is      s       -
settlement                   su      isu     s       -
settlement_pace              s       disu    s       -
signed_copy                  s       isu     s       -
small_inflow                 s       is      s       -
state_move                   s       s       s       -
stretch_sum                  s       isu     s       -
terms                        is      s       s       -
transfer                     s       s       s       -
treasury                     isu     isu     s       -
treasury_alarm               s       isu     s       -
treasury_configuration       s       isu     s       -
unexplained_outflow          s       is      s       -
webhook_attempt              s       is      s       -
webhook_delivery             su      isu     s       -
webhook_endpoint             isu     su      s       -
webhook_secret               isu     s       s       -
withdrawal                   is      s       s       -
worker_heartbeat             s       disu    s       -
"""
# What may be updated where not everything may; what is not here can never change.
COLUMNS = {
    ("sge_api", "affiliate"): "parent_id status display_name wallet version",
    ("sge_api", "api_key"): "last_used_at expires_at revoked_at",
    ("sge_api", "balance_adjustment"): "approved_by approved_at journal_id",
    ("sge_api", "discrepancy"): "resolved_at resolved_by note posting_journal_id",
    ("sge_api", "commission"): "status",
    ("sge_api", "lane"): "status halt_reason halted_at",
    (
        "sge_api",
        "program",
    ): "name status pause_reason paused_by paused_at clock_offset open_registration"
    " allow_self_approval wallet_cool_down_hours maximum_tree_depth version",
    ("sge_api", "payout_batch"): "rejected_by rejected_at reject_reason version",
    ("sge_api", "program_currency"): "on_chain_balance on_chain_read_at",
    ("sge_api", "program_user"): "registration_intent_id",
    ("sge_api", "provider_event"): "due_at asked_again_at",
    ("sge_api", "provider_secret"): "valid_until",
    ("sge_api", "refund"): "status",
    (
        "sge_api",
        "safe_transaction",
    ): "status death death_reason holding holds version simulated_at simulated_block simulated_passed"
    " simulated_refused gas_estimate waiting waiting_code",
    ("sge_api", "settlement"): "undone_at",
    ("sge_api", "treasury"): "owners threshold nonce safe_version read_at",
    ("sge_api", "webhook_delivery"): "status failures next_attempt_at lost",
    (
        "sge_api",
        "webhook_endpoint",
    ): "url events enabled starts_after failing_since deleted_at version",
    ("sge_api", "webhook_secret"): "valid_until",
    ("sge_worker", "alert"): "severity summary last_seen_at opened_at told_at resolved_at",
    ("sge_worker", "alert_message"): "next_try_at tries lease_until sent_at last_error",
    (
        "sge_worker",
        "chain_transaction",
    ): "status first_sent_at last_sent_at mined_copy block_number block_hash gas_used"
    " cost_wei succeeded finished_at",
    ("sge_worker", "commission"): "status paid_at",
    ("sge_worker", "discrepancy"): "actual message resolved_at resolved_by note posting_journal_id",
    ("sge_worker", "event_feed"): "epoch",
    ("sge_worker", "instance"): "system_identifier timeline noted_at foreign_note_at",
    ("sge_worker", "ledger_drift"): "drift checked_at",
    ("sge_worker", "payout"): "log_index",
    ("sge_worker", "payout_batch"): "version",
    ("sge_worker", "payout_day"): "done_through",
    ("sge_worker", "platform_health"): "components queues read_at looking_until",
    ("sge_worker", "program"): "status pause_reason paused_by paused_at version",
    ("sge_worker", "program_currency"): "on_chain_balance on_chain_read_at",
    (
        "sge_worker",
        "program_user",
    ): "referrer_id registration_intent_id identity_token_id registered_at",
    (
        "sge_worker",
        "provider_event",
    ): "due_at tries event_type step charge intent_id amount currency outcome processed_at",
    (
        "sge_worker",
        "reconciliation_run",
    ): "status lease_until leased_by takes finished_at block_number block_hash journal_id journal_seals"
    " journal_head audit_seals audit_head failure known_only",
    (
        "sge_worker",
        "recovery",
    ): "reason begun_at state_of feed_epoch finished_by finished_at",
    ("sge_worker", "refund"): "status paid_at",
    (
        "sge_worker",
        "safe_transaction",
    ): "status death death_reason holding holds version simulated_at simulated_block simulated_passed"
    " simulated_refused gas_estimate waiting waiting_code executed_tx_hash executed_block"
    " executed_block_hash executed_log_index journal_id finished_at",
    ("sge_worker", "safe_relay"): "live finished_at failure",
    ("sge_worker", "settlement"): "undone_at gas_share_wei",
    ("sge_worker", "settlement_pace"): "settled slow very_slow",
    ("sge_worker", "signed_copy"): "sends last_error",
    ("sge_worker", "treasury"): "owners threshold nonce safe_version read_at",
    ("sge_worker", "treasury_alarm"): "ended told",
    (
        "sge_worker",
        "treasury_configuration",
    ): "readable owners threshold modules guard fallback_handler singleton block_number block_hash"
    " read_at",
    (
        "sge_worker",
        "webhook_delivery",
    ): "status tries failures next_attempt_at lease_until sending_since lost",
    ("sge_worker", "webhook_endpoint"): "enabled failing_since version",
}
FUNCTIONS = {
    "sge_accept_intents": "api worker",
    "sge_authenticate_key": "api reader",
    "sge_authenticate_session": "api",
    "sge_backlog": "api",
    "sge_lane_nonces": "api worker",
    "sge_unhalt_lane": "api",
    "sge_release": "api feed reader worker",
    "sge_batch_status": "api reader worker",
    "sge_begin_sessions": "api",
    "sge_current_program": "api worker",
    "sge_end_sessions": "worker",
    "sge_is_own_server": "api feed reader worker",
    "sge_is_recovered": "api feed reader worker",
    "sge_timeline": "api feed reader worker",
    "sge_find_program": "api reader worker",
    "sge_locate": "api reader",
    "sge_wallet_programs": "api reader",
    "sge_forget_events": "worker",
    "sge_forget_export_links": "worker",
    "sge_forget_login_nonces": "worker",
    "sge_forget_sessions": "worker",
    "sge_forget_traces": "worker",
    "sge_forget_webhooks": "worker",
    "sge_instant": "api worker",
    "sge_list_programs": "api reader",
    "sge_lock_outbox": "feed worker",
    "sge_lock_rules": "api worker",
    "sge_move_outbox": "feed worker",
    "sge_note_session_use": "api",
    "sge_open_transactions": "api reader",
    "sge_pay_by_outflow": "api",
    "sge_post_api": "api",
    "sge_post_worker": "worker",
    "sge_write_stretches": "worker",
    "sge_provider_secrets": "api",
    "sge_read_situations": "api worker",
    "sge_revoke_session": "api",
    "sge_sessions_of": "api reader",
    "sge_share_rules": "api worker",
    "sge_upline": "api reader worker",
    "sge_use_export_link": "api",
    "sge_waiting_intents": "api reader",
}
