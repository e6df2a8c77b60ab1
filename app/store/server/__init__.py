"""PostgreSQL itself: what it keeps, who copies it, and what stands before it."""
