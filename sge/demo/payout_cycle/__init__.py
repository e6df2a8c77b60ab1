"""`sge demo payout-cycle`: from a payment to the affiliates' wallets, through the public API alone."""
