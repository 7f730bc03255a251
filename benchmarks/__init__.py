"""Figures that depend on the machine: accuracy against measured rows, speed, start-up. Each module prints one table."""
