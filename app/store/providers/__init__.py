"""What payment providers sent, and what it is signed with."""
