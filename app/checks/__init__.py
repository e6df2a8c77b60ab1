"""What a deployment can have wrong: looked at by `sge doctor`, by /readyz, and by processes before they start."""
