"""What a window's own frame takes of the screen."""

from PySide6.QtCore import QSize

FRAME = QSize(16, 40)  # about what a system's frame and title take
