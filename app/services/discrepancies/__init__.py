"""What the books and the chain disagree about: opened once, and explained by a person."""
