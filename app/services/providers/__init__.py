"""What payment providers tell us of: their secrets, their events, and what follows from those."""
