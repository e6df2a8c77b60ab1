"""How transitions and audit rows name those of our own processes that change something."""

WATCHER = "job:watch_chain"
PAYER = "job:pay"
PAYMASTER = "job:pay_day"
