"""The probes of macOS."""
