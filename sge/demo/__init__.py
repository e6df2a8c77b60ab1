"""`sge demo`: everything embedded, in one terminal, with traffic; a client of the public API."""
