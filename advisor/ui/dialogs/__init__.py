"""Dialogs that belong to no room: errors, texts to read, where to save."""
