"""Asks for runs, takes them, stores what they found; the checks that need the database only."""
