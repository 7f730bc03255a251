"""Other names of families: whoever types 千问 finds Qwen; the file is read strictly and has nothing idle in it."""

from pathlib import Path

import pytest

from advisor.catalog.family_names import FAMILY_NAMES_FILE, family_names, load_family_names
from advisor.catalog.models import catalogue
from advisor.errors import UserError


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("Qwen2.5", "通义千问"), ("Qwen3-Coder", "千问"), ("QwQ", "千问"), ("GLM-4.5", "智谱"),
        ("ChatGLM3", "智谱清言"),
        ("DeepSeek-R1-Distill", "深度求索"), ("Yi-1.5", "零一万物"), ("Baichuan2", "百川"), ("InternLM2.5", "浦语"),
        ("MiniCPM4", "小钢炮"), ("Hunyuan", "混元"), ("Hy3", "腾讯"), ("ERNIE 4.5", "文心一言"),
        ("Kimi-K2", "月之暗面"),
        ("Seed-OSS", "豆包"), ("Ling", "百灵"), ("LLaMA", "羊驼"), ("Llama 3.1", "羊驼"), ("Gemma 3", "谷歌"),
        ("Phi-4", "微软"), ("Nemotron 3", "英伟达"), ("Whisper", "语音"), ("Stable Diffusion", "文生图"),
        ("BGE", "向量"), ("BGE", "智源"),
    ],
)  # fmt: skip
def test_families_have_the_names_that_people_type(family: str, name: str) -> None:
    """Product, maker and purpose, for every family of a line."""
    assert family in {model.family for model in catalogue()}
    assert name in family_names(family)


@pytest.mark.parametrize("family", ["Yiwen", "Philoso", "", "tiny llama", "Hybrid"])
def test_another_word_that_begins_alike_has_none_of_them(family: str) -> None:
    """A letter that follows makes another word of it."""
    assert family_names(family) == ()


def test_case_does_not_matter() -> None:
    """Families of the user's own files are called as their files call them."""
    assert family_names("qwen2") == family_names("Qwen2") != ()


def test_every_family_of_the_catalogue_is_known_and_no_entry_is_idle() -> None:
    """A new family must not be forgotten; a word that no family begins with would be a slip."""
    families = {model.family for model in catalogue()}
    assert [family for family in families if not family_names(family)] == []
    for entry in load_family_names(FAMILY_NAMES_FILE):
        for word in entry.begins:
            assert any(family.casefold().startswith(word) for family in families), word


@pytest.mark.parametrize(
    "entry",
    [
        '{"begins": [], "names": ["x"], "source": "a source"}',
        '{"begins": ["Qwen"], "names": [], "source": "a source"}',
        '{"begins": ["Qwen"], "names": ["x"]}',
        '{"begins": "Qwen", "names": ["x"], "source": "a source"}',
        '{"begins": ["Qwen"], "names": ["x"], "source": "a source", "nmae": "x"}',
    ],
)
def test_a_damaged_file_is_refused_with_the_place(entry: str, tmp_path: Path) -> None:
    """Nothing is guessed, and the error names file and entry."""
    path = tmp_path / "family_names.json"
    path.write_text(f'{{"families": [{entry}]}}', encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_family_names(path)
    assert "family_names.json: #1" in str(caught.value)
