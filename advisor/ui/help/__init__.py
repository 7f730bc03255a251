"""Help inside the window: the first tour, the list of keys, what this program is."""
