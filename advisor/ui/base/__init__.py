"""What all rooms of the window share: the state, the way off its thread, the catalogue, words."""
