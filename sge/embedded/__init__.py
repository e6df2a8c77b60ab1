"""PostgreSQL, Redis and anvil: the real servers, as child processes in a folder of one's own."""
