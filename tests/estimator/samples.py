"""Small models and machines for the tests of placement, speed and estimate."""

from advisor.catalog.model import Model, Moe, Style
from advisor.machine import Cpu, Gpu, Machine, Memory

GIB = 1 << 30
STYLE = Style(name="qwen2", gguf="qwen2", qkv_bias=True, source="test")
AVX2 = frozenset({"sse4_2", "avx", "f16c", "fma", "avx2"})


def dense(name: str = "dense-7b", style: Style = STYLE) -> Model:
    """A model with the shape of Qwen2.5-7B."""
    return Model(
        id=name, name=name, family="test", kind="chat", style=style, layers=28, hidden=3584, heads=28, kv_heads=4,
        head_dim=128, vocab=152064, tied_embeddings=False, ffn=18944, max_context=32768, source="test",
    )  # fmt: skip


def sparse() -> Model:
    """A mixture of experts with the shape of Qwen3-30B-A3B."""
    style = Style(name="qwen3_moe", gguf="qwen3moe", qk_norm="head", source="test")
    return Model(
        id="moe-30b",
        name="moe-30b",
        family="test",
        kind="chat",
        style=style,
        layers=48,
        hidden=2048,
        heads=32,
        kv_heads=4,
        head_dim=128,
        vocab=151936,
        tied_embeddings=False,
        moe=Moe(128, 8, 768, (True,) * 48),
        max_context=40960,
        source="test",
    )


def gpu(vram_gib: float = 12, **changes: object) -> Gpu:
    """A card like an RTX 3060."""
    values: dict[str, object] = {
        "name": "Test RTX", "vendor": "NVIDIA", "kind": "discrete", "vram_bytes": int(vram_gib * GIB), "usable": True,
        "bandwidth_bytes_per_s": 360e9, "fp32_flops": 12.7e12, "fp16_flops": 25.5e12, "compute_capability": "8.6",
        "engines": ("cuda", "vulkan"), "board_power_w": 170.0,
    }  # fmt: skip
    return Gpu(**{**values, **changes})  # type: ignore[arg-type]


def machine(ram_gib: float = 16, *gpus: Gpu, free_gib: float | None = None, **memory: object) -> Machine:
    """A desktop with `gpus`, six AVX2 cores and dual-channel memory."""
    facts: dict[str, object] = {
        "total_bytes": int(ram_gib * GIB), "bandwidth_bytes_per_s": 50e9,
        "available_bytes": int((ram_gib if free_gib is None else free_gib) * GIB),
    }  # fmt: skip
    return Machine(
        cpu=Cpu(name="Test CPU", cores=6, threads=12, max_mhz=4200, architecture="x86_64", features=AVX2),
        memory=Memory(**{**facts, **memory}),  # type: ignore[arg-type]
        gpus=gpus,
    )
