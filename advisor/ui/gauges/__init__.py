"""The dials of the machine that is shown."""
