"""What is summed up beside the rows: series, kept sums, and how both are proved and made anew."""
