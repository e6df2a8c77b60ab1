"""How transitions and audit rows name those of our own processes that change something."""

WATCHER = "job:watch_chain"
PAYMASTER = "job:pay_day"
