"""Published speed measurements as (machine, model, workload): which catalogue device each row's hardware means."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from advisor.catalog.gpus import GpuSpec, find_gpu, named
from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.ground import Device, ground
from advisor.estimator.mixes import weights
from advisor.machine import Cpu, Gpu, Machine, Memory
from advisor.workload import LLAMA_CPP_QUANTS, TORCH_QUANTS, Workload

MORE = Path(__file__).with_name("data") / "speed_rows.json"
PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "truth" / "published.json.gz"

# How the rows write a GPU -> its name in the catalogue; first match counts.
GPUS = (
    (r"3070 8GB", "GeForce RTX 3070"),
    (r"3080 Ti", "GeForce RTX 3080 Ti"),
    (r"3080 10GB", "GeForce RTX 3080 10 GB"),
    (r"3090 Ti", "GeForce RTX 3090 Ti"),
    (r"3090", "GeForce RTX 3090"),
    (r"4070 Ti S", "GeForce RTX 4070 Ti SUPER"),
    (r"4070 Ti", "GeForce RTX 4070 Ti"),
    (r"4070 Laptop", "GeForce RTX 4070 Mobile"),
    (r"4070", "GeForce RTX 4070"),
    (r"4080", "GeForce RTX 4080"),
    (r"4090", "GeForce RTX 4090"),
    (r"5090", "GeForce RTX 5090"),
    (r"RTX 5070", "GeForce RTX 5070"),
    (r"A100.*40GB", "A100 SXM4 40 GB"),
    (r"A100.SXM", "A100 SXM4 80 GB"),
    (r"A100", "A100 PCIe 80 GB"),
    (r"^A40 ", "A40 PCIe"),
    (r"H100 PCIe", "H100 PCIe 80 GB"),
    (r"L40S", "L40S"),
    (r"RTX 4000 Ada", "RTX 4000 Ada Generation"),
    (r"RTX 5000 Ada", "RTX 5000 Ada Generation"),
    (r"RTX 6000 Ada", "RTX 6000 Ada Generation"),
    (r"RTX A6000", "RTX A6000"),
    (r"RTX A4000", "RTX A4000"),
    (r"A400\)", "RTX A400"),
    (r"RTX A2000", "RTX A2000"),
    (r"2080 Ti", "GeForce RTX 2080 Ti"),
    (r"RTX 2080 ", "GeForce RTX 2080"),
    (r"2070 SUPER", "GeForce RTX 2070 SUPER"),
    (r"RTX 2070", "GeForce RTX 2070"),
    (r"RTX 3060", "GeForce RTX 3060 12 GB"),
    (r"3050 6GB", "GeForce RTX 3050 6 GB"),
    (r"1050 Ti", "GeForce GTX 1050 Ti"),
    (r"P40", "Tesla P40"),
    (r"GB10|DGX Spark", "NVIDIA GB10"),
    (r"PRO 6000 .*Max-Q", "RTX PRO 6000 Blackwell Max-Q"),
    (r"7900 XTX", "Radeon RX 7900 XTX"),
    (r"7900 XT\b", "Radeon RX 7900 XT"),
    (r"W7700", "Radeon PRO W7700"),
    (r"6500 XT", "Radeon RX 6500 XT"),
    (r"RX 7600", "Radeon RX 7600"),
    (r"9070 XT", "Radeon RX 9070 XT"),
    (r"R9700", "Radeon AI PRO R9700"),
    (r"6700 XT", "Radeon RX 6700 XT"),
    (r"A310", "Arc A310"),
    (r"B580", "Arc B580"),
    (r"Pro B50", "Arc Pro B50"),
    (r"M1 Max", "Apple M1 Max"),
    (r"M1 Ultra", "Apple M1 Ultra"),
    (r"M2 Ultra", "Apple M2 Ultra"),
    (r"M2 Pro", "Apple M2 Pro"),
    (r"M3 Max", "Apple M3 Max"),
    (r"M3 Pro", "Apple M3 Pro"),
    (r"M3 Ultra", "Apple M3 Ultra"),
    (r"M4 Pro", "Apple M4 Pro"),
    (r"mini M4|M4 Mac", "Apple M4"),
    (r"M5 Max", "Apple M5 Max"),
    (r"M5 Pro", "Apple M5 Pro"),
    (r"Apple M5", "Apple M5"),
    (r"Apple M2 ", "Apple M2"),
)
STRIX_HALO = r"Strix Halo|Framework Mainboard \(128GB\)"

X86 = frozenset({"sse4_2", "avx", "f16c", "fma", "avx2"})
# CPUs of the rows: pattern, cores, MHz under load on all cores, memory bandwidth (10^9 B/s, theoretical), features.
# Cores and clocks from the makers' data sheets, memory as the row or its source states it.
CPUS: tuple[tuple[str, int, float, float, frozenset[str]], ...] = (
    (r"EPYC 9274F", 24, 4100, 460.8, X86 | {"avx512f"}),
    (r"7840U|8840U", 8, 4000, 102.4, X86 | {"avx512f"}),
    (r"M2 Max CPU", 8, 3500, 400, frozenset({"neon", "dotprod", "i8mm"})),
    (r"M2 Pro", 8, 3500, 200, frozenset({"neon", "dotprod", "i8mm"})),
    (r"N150", 4, 2900, 38.4, X86),
    (r"N100", 4, 2900, 38.4, X86),
    (r"i3-14100", 4, 4500, 76.8, X86),
    (r"1135G7|1165G7", 4, 4000, 51.2, X86 | {"avx512f"}),
    (r"i5-4278U", 2, 3000, 25.6, X86),
    (r"i5-6500", 4, 3300, 25.6, X86),
    (r"i5-9500", 6, 4100, 42.7, X86),
    (r"i7-7820HQ", 4, 3500, 38.4, X86),
    (r"i7-8550U", 4, 3400, 38.4, X86),
    (r"3970X", 32, 3900, 102.4, X86),
    (r"i9-13900K", 8, 5400, 102.4, X86),
    (r"Pi 5|Pi 500|CM5|Raspberry Pi 5", 4, 2400, 17.1, frozenset({"neon", "dotprod"})),
    (r"Pi 400", 4, 1800, 12.8, frozenset({"neon"})),
    (r"AmpereOne", 192, 3200, 332.8, frozenset({"neon", "dotprod", "i8mm"})),
    (r"Ryzen AI 5 340", 6, 4500, 89.6, X86 | {"avx512f"}),
    (r"Xeon W 16-core", 16, 3700, 140.8, X86 | {"avx512f"}),
    (r"7950X", 16, 5000, 83.2, X86 | {"avx512f"}),
    (r"5800X", 8, 4500, 34.1, X86),
    (r"i3-1315U", 2, 4200, 38.4, X86),
    (r"MS-R1", 8, 2600, 96, frozenset({"neon", "dotprod", "i8mm"})),
    (r"E5-2683 v4", 32, 2600, 153.6, X86),
)

# Rows that cannot say anything about today's llama.cpp on the whole processor, with the reason.
SKIPPED = (
    (r"note", r"tg threads 2", "measured with 2 threads of 16 cores"),
    (r"backend", r"Aug-2023", "kernels of August 2023"),
    (r"backend", r"before PR|PR\)", "builds before the pull request that they compare"),
    # llama.cpp 141a908a with `-fa 1`, the base of pull request 13324: attention ran on the processor.
    (r"id", r"^s1625$", "builds before the pull request that they compare"),
    (r"hardware", r"^Pi .*(AMD|Intel|Nvidia)", "a card on a Raspberry Pi's single PCIe lane"),
    (r"hardware", r"Cluster", "a cluster"),
    (r"backend", r"ik_llama|hybrid|ngl 0", "another program or placement"),
    (
        r"backend",
        r"mlx|MLX|ExLlama|GPTQ-for|MLC|SGLang|TensorRT|Light|LitGPT|Deep|Optimum|ctrans|onnx|exllama|Auto",
        "a runtime that is not modelled",
    ),
    (r"hardware", r"M3 Pro \(36", "0.12 to 15 tok/s for one model: swapping"),
    (r"hardware", r"H20", "no such card in the catalogue"),
    (
        r"quant",
        r"KT$|IQ[123]|ternary|bnb|float32|int4|int8|Ollama default tag",
        "a format that the program does not offer",
    ),
)


class Row(NamedTuple):
    """One published measurement that the estimator can answer."""

    id: str
    device: Device
    engine: str
    model: Model
    workload: Workload
    depth: float
    decode: float | None
    prefill: float | None
    prompt: int | None
    before: float  # tokens in the cache before the prompt
    slow_library: bool  # ROCm without hipBLASLt, which its releases now use
    hardware: str
    source: str


def more_rows() -> Iterator[Row]:
    """The rows of benchmarks/data, which were published elsewhere; they need no `shared` folder."""
    document = json.loads(MORE.read_text(encoding="utf-8"))
    for row in document["rows"]:
        facts = document["devices"].get(row["device"])
        device = _more_cpu(row["device"], facts) if row["engine"] == "cpu" else _more_gpu(row, facts)
        yield Row(
            row["id"], device, row["engine"], find_model(row["model"]), Workload(quant=row["quant"], context=640), 64,
            row["decode"], row["prefill"], 512, 0, False, row["device"], row["source"],
        )  # fmt: skip


def _more_cpu(name: str, facts: Mapping[str, Any]) -> Device:
    cpu = Cpu(name=name, cores=facts["cores"], max_mhz=facts["mhz"], features=X86 | {"avx512f"})
    memory = Memory(total_bytes=1 << 40, bandwidth_bytes_per_s=facts["bandwidth"])
    return ground(Machine(cpu=cpu, memory=memory), "total").ram


def _more_gpu(row: Mapping[str, Any], facts: Mapping[str, Any] | None) -> Device:
    if facts is None:
        return _ground_card(_spec(row["device"]), row["engine"])
    gpu = Gpu(
        name=row["device"], vendor="Intel", kind="discrete", vram_bytes=1 << 40, usable=True, engines=(row["engine"],),
        bandwidth_bytes_per_s=facts["bandwidth"], fp32_flops=facts["fp32"], fp16_flops=facts["fp16"],
    )  # fmt: skip
    return ground(Machine(gpus=(gpu,), memory=Memory(total_bytes=1 << 40)), "total").cards[0]


def rows(skipped: dict[str, int] | None = None) -> Iterator[Row]:
    """Scorable rows on one device whose hardware and model the catalogues know; others are counted in `skipped`."""
    for row in _published():
        if not row.get("score"):
            continue
        answer = _row(row)
        if isinstance(answer, Row):
            yield answer
        elif skipped is not None:
            skipped[answer] = skipped.get(answer, 0) + 1


def _published() -> list[dict[str, Any]]:
    with gzip.open(PUBLISHED, "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["inference_speed"]
    return found


def _row(row: Mapping[str, Any]) -> Row | str:
    reason = _skip(row)
    if reason:
        return reason
    workload = _workload(row)
    if workload is None:
        return f"quant {row.get('quant')} is not offered"
    model = _model(str(row["model"]))
    if model is None:
        return "model not in the catalogue"
    engine, device = _device(row, workload.resolved_stack)
    if device is None:
        return "hardware not in the catalogue"
    if workload.resolved_stack == "llama.cpp" and weights(model, workload.quant).total > 0.95 * (device.capacity or 0):
        return "larger than the card: split over GPU and RAM of a host that is not described"
    generated = row.get("n_gen") or 128
    depth = (row.get("depth") or 0) + generated / 2
    decode = row.get("tg_tps") if "decode" in row["score"] else None
    prefill = row.get("pp_tps") if "prefill" in row["score"] else None
    context = max(512, int((row.get("depth") or 0) + generated + (row.get("n_prompt") or 0)))
    workload = Workload(stack=workload.stack, quant=workload.quant, context=context)
    return Row(
        row["id"],
        device,
        engine,
        model,
        workload,
        depth,
        decode,
        prefill,
        row.get("n_prompt"),
        row.get("depth") or 0,
        engine == "rocm" and "flags" in row and "hipblaslt" not in str(row["flags"]),
        row["hardware"],
        row["source"],
    )


def _skip(row: Mapping[str, Any]) -> str | None:
    if row["n_devices"] != 1:
        return "several devices (scored apart where llama.cpp divides layers)"
    if re.search("transformers|vllm", str(row["backend"]).lower()) and (row.get("n_prompt") or 0) > 1024:
        return "reading a long prompt is part of the time"
    if re.search(r"i9-13900K.*CPU (4|8|16) threads", f"{row['hardware']} {row['backend']}"):
        return "measured with a part of the processor"
    for fields, pattern, reason in SKIPPED:
        if any(re.search(pattern, str(row.get(field) or "")) for field in fields.split("|")):
            return reason
    return None


def _workload(row: Mapping[str, Any]) -> Workload | None:
    quant, backend = str(row.get("quant") or ""), str(row["backend"]).lower()
    quant = re.sub(r"^UD-|\s*\(.*\)$", "", quant).upper().replace("_XL", "_M")
    if "transformers" in backend or "vllm" in backend:
        stack = "vllm" if "vllm" in backend else "transformers"
        name = {
            "GPTQ-INT4": "GPTQ-4bit",
            "AWQ": "AWQ-4bit",
            "GPTQ-INT8": "INT8",
            "FLOAT16": "F16",
            "INT4 GPTQ": "GPTQ-4bit",
            "INT8 GPTQ": "INT8",
        }.get(quant, quant)
        return Workload(stack=stack, quant=name) if name in TORCH_QUANTS else None
    if "Ollama default 4-bit" in str(row.get("quant")):
        quant = "Q4_K_M"
    return Workload(quant=quant) if quant in LLAMA_CPP_QUANTS else None


@cache
def _model(name: str) -> Model | None:
    name = re.sub(r"[-.](UD-)?(i1-)?(Q\d_K_[A-Z]+|Q\d_\d|F16|4bit|MXFP4)(-fp16)?$", "", name, flags=re.IGNORECASE)
    name = name.replace("shisa-v2-", "").split("_", 1)[-1] if "_" in name and "internlm" not in name else name
    name = name.replace("shisa-v2-", "").replace("DeepSeek-R1-14B", "DeepSeek-R1-Distill-Qwen-14B")
    name = re.sub(r"^llama(\d)", r"llama-\1", name)
    for guess in (
        name,
        re.sub(r"^Meta-", "", name),
        re.sub(r"-(Instruct|Chat|it|chat)(-.*)?$", "", name),
        name.split("/")[-1],
    ):
        try:
            return find_model(guess)
        except UserError:
            continue
    return None


def _device(row: Mapping[str, Any], stack: str) -> tuple[str, Device | None]:
    hardware, backend = str(row["hardware"]), str(row["backend"]).lower()
    on_cpu = bool(re.search(r"cpu|neon", backend))
    if on_cpu:
        return "cpu", _cpu(hardware)
    named_engines = (("vulkan", "vulkan"), ("sycl", "sycl"), ("hip|roc", "rocm"))
    engine = next((engine for pattern, engine in named_engines if re.search(pattern, backend)), "")
    return _gpu(hardware, engine, stack)


@cache
def _cpu(hardware: str) -> Device | None:
    for pattern, cores, mhz, bandwidth, features in CPUS:
        if re.search(pattern, hardware):
            small = cores if re.search("N1[05]0", hardware) else None
            cpu = Cpu(name=hardware, cores=cores, efficiency_cores=small, max_mhz=mhz, features=features)
            memory = Memory(total_bytes=1 << 40, bandwidth_bytes_per_s=bandwidth * 1e9)
            return ground(Machine(cpu=cpu, memory=memory), "total").ram
    return None


def _spec(name: str) -> GpuSpec:
    """The card of exactly this name; rows name no smaller variant."""
    return next((spec for spec in named(name) if spec.name == name), None) or find_gpu(name)


@cache
def _gpu(hardware: str, engine: str, stack: str) -> tuple[str, Device | None]:
    if re.search(STRIX_HALO, hardware):
        spec, bandwidth = find_gpu("Radeon 8060S"), 256e9
    else:
        name = next((name for pattern, name in GPUS if re.search(pattern, hardware)), None)
        if name is None:
            return "", None
        spec = _spec(name)
        bandwidth = spec.bandwidth_bytes_per_s or 0
    default = {"NVIDIA": "cuda", "Apple": "metal", "AMD": "rocm", "Intel": "vulkan"}[spec.vendor]
    return engine or default, _ground_card(spec, engine or default, bandwidth, stack)


def _ground_card(spec: GpuSpec, engine: str, bandwidth: float | None = None, stack: str = "llama.cpp") -> Device:
    gpu = Gpu(
        name=spec.name,
        vendor=spec.vendor,
        kind="discrete",
        vram_bytes=spec.vram_bytes or 1 << 40,
        usable=True,
        engines=(engine,),
        bandwidth_bytes_per_s=bandwidth or spec.bandwidth_bytes_per_s,
        fp32_flops=spec.fp32_flops,
        fp16_flops=spec.fp16_flops,
        compute_capability=spec.compute_capability,
        architecture=spec.architecture,
    )
    found = ground(Machine(gpus=(gpu,), memory=Memory(total_bytes=1 << 40)), "total")
    return (found.cards if stack == "llama.cpp" else found.torch_cards[stack])[0]


# Hosts of cards that held a model only in part, as the rows name them; memory as the processor's maker rates it.
HOSTS = (
    (r"RTX 2080 \(", "GeForce RTX 2080", "Core i9-10900X"),
    (r"RTX 5070.*i9-139", "GeForce RTX 5070", "Core i9-13900K"),
)


class SplitRow(NamedTuple):
    """A measurement of a model that lay partly on the card, partly in RAM."""

    id: str
    machine: Machine
    model: Model
    workload: Workload
    decode: float
    hardware: str


def several_rows() -> Iterator[SplitRow]:
    """Rows of llama.cpp on several equal cards."""
    for row in _published():
        if row["n_devices"] < 2 or "llama.cpp" not in row["backend"] or "decode" not in (row.get("score") or ()):
            continue
        name = next((name for pattern, name in GPUS if re.search(pattern, str(row["hardware"]))), None)
        workload, model = _workload(row), _model(str(row["model"]))
        if name is None or workload is None or model is None:
            continue
        machine = assemble(None, gpu=name, gpu_count=row["n_devices"], cpu=None, ram_gib=256)
        workload = Workload(quant=workload.quant, context=2 * (row["n_gen"] or 512))
        yield SplitRow(row["id"], machine, model, workload, row["tg_tps"], row["hardware"])


def split_rows() -> Iterator[SplitRow]:
    """Rows whose model is larger than the card and whose host is described."""
    for row in _published():
        host = next((host for host in HOSTS if re.search(host[0], str(row["hardware"]))), None)
        workload = _workload(row) if host and "decode" in (row.get("score") or ()) else None
        model = _model(str(row["model"])) if workload else None
        if host is None or workload is None or model is None:
            continue
        machine = assemble(None, gpu=host[1], cpu=host[2], ram_gib=64)
        if weights(model, workload.quant).total > 0.95 * (machine.gpus[0].vram_bytes or 0):
            yield SplitRow(row["id"], machine, model, workload, row["tg_tps"], row["hardware"])
