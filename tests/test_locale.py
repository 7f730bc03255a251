"""The translations: complete, up to date with the code, with the same values in every sentence."""

import gettext
import importlib.util
import re
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """packaging/update_locale.py, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("update_locale", ROOT / "packaging" / "update_locale.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chinese(tool: ModuleType) -> Catalog:
    with tool.po_path("zh_CN").open("rb") as file:
        return read_po(file, locale="zh_CN", charset="utf-8")


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_locale_files_are_up_to_date_with_the_code(tool: ModuleType) -> None:
    """When this fails, run: python packaging/update_locale.py"""
    stale = [path.name for path, data in tool.wanted().items() if not path.exists() or path.read_bytes() != data]
    assert not stale


def test_every_message_is_translated_and_none_is_doubtful(chinese: Catalog) -> None:
    assert not [message.id for message in chinese if message.id and not message.string]
    assert not [message.id for message in chinese if message.id and message.fuzzy]


def test_translations_take_the_same_values(chinese: Catalog) -> None:
    """A sentence may name a value twice or in another order, but neither lose one nor ask for one that is not given."""
    for message in chinese:
        assert fields(str(message.id)) == fields(str(message.string)), message.id


def test_translations_keep_indents_and_mnemonics(chinese: Catalog) -> None:
    for message in chinese:
        source, text = str(message.id), str(message.string)
        assert len(source) - len(source.lstrip()) == len(text) - len(text.lstrip()), source
        key = re.search(r"&(\w)", source)
        if key:
            # In brackets behind the Chinese words, or within an English word that stays.
            assert f"(&{key.group(1).upper()})" in text or key.group(0) in text, source


def test_chinese_uses_the_fields_own_words(chinese: Catalog) -> None:
    """Words that a Chinese reader expects, and never their literal rivals."""
    whole = "\n".join(str(message.string) for message in chinese)
    for word in ("显存", "内存", "量化", "微调", "上下文长度", "批大小", "显卡", "能跑", "装不下"):
        assert word in whole, word
    for wrong in ("视频内存", "记忆体", "精调", "令牌", "图形卡", "存储器"):
        assert wrong not in whole, wrong


def test_compiled_translations_are_what_the_program_shows(tool: ModuleType, chinese: Catalog) -> None:
    with tool.po_path("zh_CN").with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in chinese:
        if message.id:
            assert compiled.gettext(str(message.id)) == message.string
