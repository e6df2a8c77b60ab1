"""The query side: frozen rows as the API shows them, read in one snapshot, in batches."""
