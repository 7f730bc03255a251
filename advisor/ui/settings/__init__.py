"""The knobs, and what each costs."""
