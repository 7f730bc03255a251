"""What happens when something goes wrong that nobody expected: it is logged, and its user is told once."""
