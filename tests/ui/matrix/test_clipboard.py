"""A copied table outlives nothing that it needs: the program ends cleanly with it on the clipboard."""

import os
import subprocess
import sys

SCRIPT = """
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from advisor.ui.matrix.copying import to_clipboard
app = QApplication([])
to_clipboard([["Model", "Run Q4_K_M"], ["Qwen2.5-7B", "fits"]])
assert QGuiApplication.clipboard().mimeData().hasHtml()
print(QGuiApplication.clipboard().text().count("\\t"))
"""


def test_the_program_ends_cleanly_with_a_table_on_the_clipboard() -> None:
    """Data that Python made and Qt frees at the very end once crashed the program."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr
