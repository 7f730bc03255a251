"""How things look: colours, fonts, painted shapes, and the small widgets that every room uses."""
