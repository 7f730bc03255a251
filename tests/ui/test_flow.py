"""The layout that breaks into lines: nothing overlaps or is cut at any width, and what expands takes the rest."""

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from advisor.ui.look.flow import FlowLayout, grows


def bar() -> tuple[QWidget, FlowLayout, list[QWidget]]:
    """A field that expands and four buttons."""
    host = QWidget()
    layout = FlowLayout(across=6, down=4)
    host.setLayout(layout)
    field = QLineEdit()
    field.setMinimumWidth(120)
    grows(field)
    controls: list[QWidget] = [field, *(QPushButton(text) for text in ("Filters", "Fits only", "Columns", "Groups"))]
    for control in controls:
        layout.addWidget(control)
    return host, layout, controls


@pytest.mark.parametrize("width", [130, 200, 330, 480, 900])
def test_every_control_is_whole_and_apart(qapp: QApplication, width: int) -> None:
    """Inside the bar, at least as wide as it needs, in the order of reading; the height is what the bar asked for."""
    assert qapp
    host, layout, controls = bar()
    height = layout.heightForWidth(width)
    host.resize(width, height)
    host.show()
    boxes = [control.geometry() for control in controls]
    assert all(host.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)
    for control, box in zip(controls, boxes, strict=True):
        assert box.width() >= min(control.sizeHint().width(), width)
    places = [(box.top(), box.left()) for box in boxes]
    assert places == sorted(places)
    first = [box for box in boxes if box.top() == boxes[0].top()]
    assert first[-1].right() == width - 1  # the field takes what its line has left
    host.close()


def test_a_wide_bar_is_one_line_and_hidden_controls_take_no_room(qapp: QApplication) -> None:
    """Its height is one control's; what is hidden leaves its place to the others."""
    assert qapp
    host, layout, controls = bar()
    assert host.layout() is layout
    assert layout.heightForWidth(2000) == max(control.sizeHint().height() for control in controls)
    narrow = layout.heightForWidth(250)
    for control in controls[2:]:
        control.hide()
    assert layout.heightForWidth(250) < narrow
    assert layout.count() == len(controls)
    assert layout.itemAt(99) is None
