"""What the books and the chain disagree about, and what was said of it."""
