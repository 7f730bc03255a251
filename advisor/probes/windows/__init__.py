"""The probes of Windows."""
