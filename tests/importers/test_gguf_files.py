"""GGUF files beyond one plain file: parts, strangers, adapters, every tensor type, and tensors that lie wrong."""

import struct
from pathlib import Path

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.as_json import to_json
from advisor.estimator.estimate import estimate
from advisor.estimator.mixes import weights
from advisor.i18n import translator
from advisor.importers import model_of
from advisor.workload import Workload
from tests.importers.test_gguf import TYPE_NUMBERS, header, listing, metadata_of, save, text

STRANGER = {"general.architecture": "stranger", "general.name": "Stranger", "stranger.context_length": 4096}


def split(folder: Path, count: int = 3) -> list[Path]:
    """smollm2-135m in `count` parts, as llama-gguf-split writes them."""
    model = find_model("smollm2-135m")
    listed = listing(model, "Q8_0")
    parts = []
    for number in range(count):
        own = listed[number * len(listed) // count : (number + 1) * len(listed) // count]
        facts = metadata_of(model) if number == 0 else {}
        facts |= {"split.no": number, "split.count": count, "split.tensors.count": len(listed)}
        parts.append(save(folder / f"小模型-{number + 1:05}-of-{count:05}.gguf", facts, own))
    return parts


def test_parts_are_read_as_one(tmp_path: Path) -> None:
    """Whichever of them is opened; the folder too."""
    parts = split(tmp_path)
    known = weights(find_model("smollm2-135m"), "Q8_0")
    for path in (parts[0], parts[2], tmp_path):
        assert weights(model_of(str(path)), "Q4_K_M") == known


def test_missing_parts_are_named(tmp_path: Path) -> None:
    """The sentence says which and how many."""
    parts = split(tmp_path)
    parts[1].unlink()
    with pytest.raises(UserError, match=r"1 of its 3 parts do not lie beside it: 小模型-00002-of-00003\.gguf"):
        model_of(str(parts[0]))


def test_parts_under_other_names_are_refused(tmp_path: Path) -> None:
    """A part that was renamed, two parts that changed places, a part of another file."""
    parts = split(tmp_path)
    lone = parts[2].rename(tmp_path / "alone.gguf")
    with pytest.raises(UserError, match=r"one of 3 parts, but its name"):
        model_of(str(lone))
    lone.rename(parts[2])
    parts[1].rename(tmp_path / "x")
    parts[2].rename(parts[1])
    (tmp_path / "x").rename(parts[2])
    with pytest.raises(UserError, match=r"another part than its name says"):
        model_of(str(parts[0]))
    split(tmp_path)
    facts = {"split.no": 1, "split.count": 3, "split.tensors.count": 2}
    save(parts[1], facts, [("a", (4,), 0), ("b", (4,), 0)])
    with pytest.raises(UserError, match=r"do not belong together"):
        model_of(str(parts[0]))


def test_a_stranger_has_its_tensors_sum(tmp_path: Path) -> None:
    """Every type of ggml: parameters and bytes exact, the rest unknown with its reason; larger than all memory: no."""
    listed = [(f"blk.{n}.w", (256, 4), number) for n, number in enumerate(TYPE_NUMBERS.values())]
    model = model_of(str(save(tmp_path / "stranger.gguf", STRANGER, listed)))
    held = {"F32": 4096, "Q4_0": 576, "IQ1_S": 200, "TQ1_0": 216, "TQ2_0": 264, "MXFP4": 544, "NVFP4": 576, "Q1_0": 144}
    assert model.stored is not None
    sizes = dict(zip(TYPE_NUMBERS, (size for _, size in model.stored.tensors.values()), strict=True))
    assert {name: sizes[name] for name in held} == held
    assert model.parameter_bounds == (1024 * len(listed),) * 2
    assert model.max_context == 4096
    machine = assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
    said = to_json(estimate(machine, model, Workload()), translator("en"), machine)
    assert (said["verdict"], said["memory"], said["model"]["parameters"]) == ("unknown", None, 1024 * len(listed))
    giant = model_of(str(save(tmp_path / "giant.gguf", STRANGER, [("w", (1 << 20, 100 << 10), 1)])))
    assert estimate(machine, giant, Workload()).verdict == "no"


def test_a_file_s_own_tensors_count(tmp_path: Path) -> None:
    """A tensor more than the architecture has, and one joined of three: the weights are what the file holds."""
    model = find_model("smollm2-135m")
    listed = listing(model, "Q8_0")
    plain = weights(model_of(str(save(tmp_path / "a.gguf", metadata_of(model), listed))), "Q8_0")
    more = [*listed, ("blk.0.extra.weight", (576, 10), TYPE_NUMBERS["F16"])]
    found = weights(model_of(str(save(tmp_path / "b.gguf", metadata_of(model), more))), "Q8_0")
    assert found.total == plain.total + 2 * 5760
    joined = [one for one in listed if not one[0].endswith(("_q.weight", "_k.weight", "_v.weight"))]
    joined += [(f"blk.{n}.attn_qkv.weight", (576, 576 + 2 * 192), TYPE_NUMBERS["Q8_0"]) for n in range(model.layers)]
    fused = model_of(str(save(tmp_path / "c.gguf", metadata_of(model), joined)))
    assert weights(fused, "Q8_0").total == plain.total
    machine = assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
    assert estimate(machine, fused, Workload()).verdict == "fits"


@pytest.mark.parametrize(
    ("stated", "quant", "shown"), [(7, "Q8_0", "Q8_0"), (None, "Q8_0", "Q8_0"), (20, "Q8_0", "IQ2_XS")]
)
def test_the_file_s_own_quantisation_is_estimated(tmp_path: Path, stated: int | None, quant: str, shown: str) -> None:
    """Whatever is asked for: memory and speed are the file's, and a sentence says so."""
    model = find_model("smollm2-135m")
    facts = metadata_of(model) | ({} if stated is None else {"general.file_type": stated})
    own = model_of(str(save(tmp_path / "a.gguf", facts, listing(model, "Q8_0"))))
    assert own.stored is not None
    assert (own.stored.quant, own.stored.format) == (quant, shown)
    machine = assemble(None, gpu=None, cpu="Ryzen 9 5950X", ram_gib=64)
    answers = [estimate(machine, own, Workload(quant=asked)) for asked in ("Q8_0", "Q4_K_M", "F16")]
    assert len({(answer.memory, answer.speed, answer.workload) for answer in answers}) == 1
    known = estimate(machine, model, Workload(quant="Q8_0"))
    assert answers[0].memory is not None
    assert known.memory is not None
    # (The tokenizer's own memory is another question: this header does not say what kind it is.)
    assert (answers[0].memory.components, answers[0].speed) == (known.memory.components, known.speed)
    said = [[reason.code for reason in answer.reasons] for answer in answers]
    assert ["file_quantisation" in codes for codes in said] == [False, True, True]


def test_a_layer_without_tensors_is_missed(tmp_path: Path) -> None:
    """Half of a file that a damaged download left."""
    model = find_model("smollm2-135m")
    listed = [one for one in listing(model, "Q8_0") if not one[0].startswith("blk.7.")]
    with pytest.raises(UserError, match=r"layer 7 of its 30 layers has no tensors"):
        model_of(str(save(tmp_path / "a.gguf", metadata_of(model), listed)))


def test_an_adapter_names_its_base(tmp_path: Path) -> None:
    """llama.cpp's LoRA files."""
    facts = {"general.type": "adapter", "general.architecture": "llama", "general.base_model.0.name": "Llama 3.1 8B"}
    with pytest.raises(UserError, match=r"LoRA adapter for Llama 3\.1 8B"):
        model_of(str(save(tmp_path / "lora.gguf", facts, [("a", (4,), 0)])))


def raw(offsets: tuple[int, int], names: tuple[str, str] = ("a", "b"), data: int = 1000) -> bytes:
    """A stranger with two tensors of 64 bytes at these places."""
    body = header(STRANGER, [])[:8] + struct.pack("<QQ", 2, len(STRANGER)) + header(STRANGER, [])[24:]
    for name, offset in zip(names, offsets, strict=True):
        body += text(name) + struct.pack("<IQIQ", 1, 16, 0, offset)
    return body + bytes(data)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (raw((0, 32)), "the tensors a and b overlap"),
        (raw((0, 0)), "overlap"),
        (raw((0, 70)), "tensor b does not begin at a multiple of 32"),
        (raw((0, 1 << 62)), "tensor b lies beyond the end"),
        (raw((0, 64), data=100), "cut off, tensor b lies beyond the end"),
        (raw((0, 64), ("a", "a")), "two of its tensors have the same name"),
        (header({"general.architecture": "x", "general.alignment": 24}, []), "alignment 24 is absurd"),
        (header({"general.architecture": "x"}, [("\udcff".encode("utf-8", "surrogateescape").hex(), (4,), 99)]),
         "unknown type 99"),
        (struct.pack("<4sIQQQ", b"GGUF", 3, 0, 1, 2) + b"\xff\xfe" + bytes(40), "not UTF-8"),
        (struct.pack("<4sIQQ", b"GGUF", 3, 0, 2) + (text("a") + struct.pack("<IB", 0, 1)) * 2, "key a is there twice"),
        (struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + text("a") + struct.pack("<IIQ", 9, 8, 1 << 60), "longer than the"),
        (struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + text("a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 9,
         "unknown type 9"),
        (struct.pack("<4sIQQ", b"GGUF", 1, 0, 0), "version 1 is not known"),
        (b"PK\x03\x04" + bytes(60), "a pickle can run code"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + bytes(60), "a pickle can run code"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    """One sentence with the file's name and what is wrong."""
    path = tmp_path / "坏的.gguf"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"坏的\.gguf: ") as error:
        model_of(str(path))
    assert said in str(error.value)
