"""What the logs of final transactions say, for whoever posts them: settlements, intents and payouts rest on it."""
