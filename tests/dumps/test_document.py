"""Proves that a file's bytes become its text in any encoding that systems write, and that bad files are refused."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dumps.document import Document, decode
from advisor.errors import UserError

CHINESE = "系统型号: Lenovo G480\r\n处理器: 安装了 1 个处理器。\r\n物理内存总量: 12,168 MB\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp936", "gb18030"]
)
def test_chinese_text_in_every_encoding_that_windows_writes(encoding: str) -> None:
    text = CHINESE * 3 + "Processor: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz\r\n" * 8
    assert decode("a.txt", text.encode(encoding)).text == text.replace("\r\n", "\n")


def test_a_few_chinese_words_in_their_code_page() -> None:
    """A report in English with one name in Chinese, as dxdiag writes it on a Chinese system."""
    text = "Card name: Microsoft 基本显示适配器\nDedicated Memory: 0 MB\nDriver Version: 10.0.19041.1\n"
    assert decode("a.txt", text.encode("cp936")).text == text


def test_other_code_pages_keep_lines_and_numbers() -> None:
    """Letters may come out wrong where nobody can know the code page; what is ASCII stays."""
    text = "Mémoire physique totale: 16 223 Mo\nPériphérique: élevé, protégé\nModèle: Intel® Core™\n"
    assert decode("a.txt", text.encode("cp1252")).text == text
    for encoding in ("cp850", "cp932", "cp950", "cp949", "cp1251"):
        word = {"cp932": "物理メモリの合計", "cp950": "實體記憶體總計", "cp949": "총 실제 메모리", "cp1251": "Память"}
        lines = f"{word.get(encoding, 'Mémoire')}: 16,223 MB\n" * 20
        assert decode("a.txt", lines.encode(encoding)).text.count(": 16,223 MB\n") == 20


def test_a_stray_byte_does_not_turn_utf_8_into_another_encoding() -> None:
    raw = CHINESE.encode() * 3 + b"Model: X\xff\n" + "内存 ".encode() * 4
    assert "系统型号: Lenovo G480" in decode("a.txt", raw).text


def test_utf_16_with_its_mark_in_either_order() -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert decode("a.txt", mark + CHINESE.encode(encoding)).text == CHINESE.replace("\r\n", "\n")


def test_broken_bytes_cost_their_own_letters_only() -> None:
    document = decode("a.txt", b"Model name: Intel\xae Core\xff\nCPU(s): 4\n" * 5)
    assert document.text.count("CPU(s): 4\n") == 5
    assert "Model name: Intel" in document.text


def test_terminal_colours_and_old_line_ends_are_taken_out() -> None:
    assert (
        decode("a.txt", b"\x1b[1;34mCPU:\x1b[0m quad core\rMemory: 8 GiB\r\n").text == "CPU: quad core\nMemory: 8 GiB\n"
    )


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"PK\x03\x04rest", "archive"),
        (bytes(range(256)) * 40, "not a text file"),
        (random.Random(1).randbytes(20_000), "not a text file"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8" + bytes(5000), "not a text file"),
        (b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(5000), "not a text file"),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(raw: bytes, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        decode("C:\\用户\\a b.txt", raw)
    assert "C:\\用户\\a b.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_json_is_read_and_broken_json_names_its_line() -> None:
    assert Document("a", ' {"a": [1]}').data == {"a": [1]}
    assert Document("a", "lshw\n{").data is None
    assert Document("a", "[Display Devices]\nCard name: x\n").data is None
    with pytest.raises(UserError, match=r"a: not complete JSON \(line 3\)"):
        _ = Document("a", '{"a": 1,\n"b":\n').data
    with pytest.raises(UserError, match="not complete JSON"):
        _ = Document("a", "[" * 100_000).data


def test_xml_gives_elements_and_never_expands_entities() -> None:
    root = Document("a", '<?xml version="1.0" encoding="utf-16"?>\n<a b="1"><c>GB&amp;T 中</c></a>').xml
    assert root is not None
    assert (root.tag, root.get("b"), root.findtext("c")) == ("a", "1", "GB&T 中")
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
    with pytest.raises(UserError, match="declares entities"):
        _ = Document("a", bomb).xml
    outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    with pytest.raises(UserError, match="declares entities"):
        _ = Document("a", outside).xml


def test_xml_names_an_outside_type_without_fetching_it() -> None:
    root = Document("a", '<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd"><nvidia_smi_log/>').xml
    assert root is not None
    assert root.tag == "nvidia_smi_log"


def test_broken_and_endlessly_nested_xml_is_refused() -> None:
    with pytest.raises(UserError, match=r"not complete XML \(line 2\)"):
        _ = Document("a", "<a>\n<b></a>").xml
    with pytest.raises(UserError, match="too deeply"):
        _ = Document("a", "<a>" * 100_000).xml


def test_text_is_neither_json_nor_xml() -> None:
    document = Document("a", "H/W path  Device  Class\n==========\n")
    assert document.data is None
    assert document.xml is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_a_document_or_one_sentence(raw: bytes) -> None:
    says = ""
    try:
        document = decode("x", raw)
        _ = (document.data, document.xml)
    except UserError as error:
        says = str(error)
    assert "\n" not in says
