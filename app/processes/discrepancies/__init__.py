"""What people correct, after the chain was asked."""
