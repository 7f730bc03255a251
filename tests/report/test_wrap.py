"""Line breaking: nothing lost, nothing too wide, punctuation where it belongs, words and figures whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.report.wrap import wrap


def measure(text: str) -> float:
    """Chinese characters are twice as wide as Latin ones."""
    return sum(2.0 if ord(c) >= 0x2E80 else 1.0 for c in text)


def test_chinese_breaks_anywhere_but_never_before_closing_punctuation() -> None:
    lines = wrap("显卡不能使用：计算能力为二，运行时至少需要五。", 16, measure)
    assert "".join(lines) == "显卡不能使用：计算能力为二，运行时至少需要五。"
    assert all(measure(line) <= 16 for line in lines)
    assert not any(line[0] in "，。：" for line in lines)


def test_words_and_figures_stay_whole() -> None:
    lines = wrap("needs 14.2 GiB, but only 8.0 GiB are free", 12, measure)
    assert all(word in " ".join(lines).split() for word in ("14.2", "GiB,", "8.0"))
    assert all(measure(line) <= 12 for line in lines)


def test_a_name_wider_than_the_line_is_cut_at_its_hyphens() -> None:
    assert wrap("DeepSeek-R1-Distill-Qwen-1.5B", 14, measure) == ["DeepSeek-R1-", "Distill-Qwen-", "1.5B"]


def test_line_breaks_of_the_text_are_kept() -> None:
    assert wrap("one\ntwo", 40, measure) == ["one", "two"]
    assert wrap("", 40, measure) == [""]


@given(st.text(alphabet="ab -，。显存（）1.5", max_size=60), st.integers(6, 30))
@settings(max_examples=60, deadline=None)
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, width, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    # A run of punctuation around one character may be wider than a very narrow line, and is cut then.
    assert all(measure(line) <= width for line in lines)
