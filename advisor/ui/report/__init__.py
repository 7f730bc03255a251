"""The report inside the window: preview, choices, export."""
