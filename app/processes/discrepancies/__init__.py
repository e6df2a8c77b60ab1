"""What people explain, after the chain was asked."""
