"""What `sge contracts` checks before it spends gas, and what it leaves behind."""
