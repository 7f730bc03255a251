"""The window's own commands and its place: what belongs to no panel."""
