"""Physical backups: taken, verified, restored, drilled."""
