"""What the advice says, in short and in full."""
