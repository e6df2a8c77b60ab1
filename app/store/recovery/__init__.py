"""Returns from an older state, and what they found."""
