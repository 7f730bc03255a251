"""What each source of facts says and means: pure readers of text and bytes, whether asked live or found in a file."""
