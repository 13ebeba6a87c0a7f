"""What lesson 15 measures: scans and drawings of digits, and what helps a network to read both."""
