"""Proves that the Markdown of four machines stays word for word what was read and kept, in both languages."""

import pytest

from tests.report import golden


@pytest.mark.parametrize("language", golden.LANGUAGES)
@pytest.mark.parametrize("machine", golden.MACHINES)
def test_the_report_is_the_one_that_was_kept(machine: str, language: str) -> None:
    """When this fails and the change is right: python -m tests.report.golden, and read the difference."""
    kept = golden.path(machine, language).read_text(encoding="utf-8").splitlines()
    assert golden.text(machine, language).splitlines() == kept
