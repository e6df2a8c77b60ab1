"""What `sge doctor` looks at."""
