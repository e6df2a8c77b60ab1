"""What reconciliation reads and writes."""
