"""What a model is: its architecture as frozen facts, from which tensors, memory and speed follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

UNSTATED = "?"  # the name of a style of which its file does not say what it is


@dataclass(frozen=True, slots=True)
class Style:
    """What all models of one architecture (Hugging Face `model_type`) share: resources/catalog/architectures.json.

    The field names say which tensors exist beside the plain ones and how runtimes treat them.
    """

    name: str  # Hugging Face model_type: "qwen2", "llama", "gemma3_text"
    gguf: str | None  # llama.cpp's architecture name; None when llama.cpp does not know it
    # "layer" has weight and bias, "layer_nobias" a weight, "layer_plain" neither (OLMo 1)
    norm: Literal["rms", "layer", "layer_nobias", "layer_plain"] = "rms"
    norm_in_fp32: bool = False  # torch multiplies the norm's weight in fp32 and casts last (Gemma): training memory
    gated_mlp: bool = True  # gate and up projections (SwiGLU, GeGLU); False: up and down only
    # "gelu_new" and "xielu" are written out in torch, operation by operation (Phi-2, Apertus): training memory
    activation: Literal["silu", "gelu", "gelu_new", "relu2", "xielu", "other"] = "silu"
    qkv_bias: bool = False
    output_bias: bool = False  # bias of the attention output projection
    mlp_bias: bool = False
    head_bias: bool = False  # bias of lm_head
    qk_norm: Literal["none", "head", "full"] = "none"  # "head": one weight of head_dim; "full": over all heads together
    qk_norm_bias: bool = False
    pre_norms: int = 2  # norms before attention and MLP in each layer (1: one shared by both, 0: none)
    post_norms: int = 0  # norms after attention and MLP (gemma 2: 2; OLMo 2: 2 with pre_norms 0)
    parallel: bool = False  # attention and MLP side by side
    final_norm: bool = True
    embedding_norm: bool = False
    scaled_embedding: bool = False  # torch multiplies the embeddings outside of their module (Granite)
    dropout: bool = False  # dropout of scores and after attention and MLP is on by default (Seed-OSS)
    learned_positions: int = 0  # rows of a learned position table
    fused_qkv: bool = False  # one qkv tensor in GGUF and torch (Phi-3)
    fused_gate_up: bool = False  # one gate_up tensor (Phi-3)
    router_bias: bool = False  # the MoE router is a linear layer with bias (gpt-oss)
    router_correction: bool = False  # one learned correction per expert beside the router (DeepSeek-V3)
    router_in_fp32: bool = False  # torch casts the router's input and weight to fp32 (DeepSeek): training memory
    adapted_experts: bool = False  # peft's "all-linear" means experts and router too, and no other MLP (Qwen3 MoE)
    expert_bias: bool = False
    shared_expert_gate: bool = False  # Qwen MoE: a gate of one output beside the shared expert
    attention_sinks: bool = False  # gpt-oss: one learned logit per head
    logit_softcap: bool = False  # the logits pass through a tanh (Gemma 2)
    attention_softcap: bool = False  # scores squeezed by a tanh (Gemma 2): torch's fused kernels cannot
    # torch's attention gets a mask always and no word of shared keys (Falcon): one head of them goes to the written-out
    # kernel, several are copied for every query head first
    ungrouped: bool = False
    every_expert: bool = False  # torch runs all experts on every token (Llama 4)
    rope_joins: bool = False  # torch rotates a part of each head and joins it with the rest (partial rotary)
    attention_gate: bool = False  # Qwen3-Next: q projection is twice as wide, its second half gates the output
    llama_cpp_uses_window: bool = (
        False  # llama.cpp keeps a small cache for sliding-window layers (gemma), or ignores it
    )
    fused_qkv_torch: bool = False  # one qkv Linear in torch, three tensors in GGUF (Baichuan 2, InternLM 2.5)
    fused_gate_up_torch: bool = False  # one gate_up Linear in torch, two tensors in GGUF (Granite 4.0)
    fused_delta_torch: bool = False  # delta net's q, k, v, z in one Linear and b, a in another (Qwen3-Next)
    fused_beta_alpha: bool = False  # delta net's b and a in one GGUF tensor
    mla_whole: bool = False  # GGUF keeps kv_b whole instead of split into k_b and v_b (MiniCPM3)
    layer_scale: bool = False  # each layer's result is multiplied by one learned number (Gemma 4)
    # Gemma 4: a dense MLP (Model.ffn) works beside the experts, each with norms of its own; learned scales before the
    # router and behind every expert; gate and up of the experts in one tensor
    experts_beside_mlp: bool = False
    # Gemma 3n: so many copies of the hidden state, predicted and corrected in each layer (AltUp), and a learned
    # residual of that rank beside attention (LAuReL)
    altup: int = 0
    laurel: int = 0
    activation_parameters: int = 0  # learned numbers per layer in the activation; metadata in GGUF, no tensor (Apertus)
    # Names that differ from the usual ones, by usual GGUF role: GGUF's, and torch's Linear ("" when it is no Linear).
    roles: Mapping[str, str] = field(default_factory=dict, hash=False)
    modules: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Sliding-window attention: which layers see only the last `size` tokens."""

    size: int
    layers: tuple[bool, ...]  # one per layer, True where the layer is local


@dataclass(frozen=True, slots=True)
class Global:
    """Attention of the layers that see the whole context, where it is built otherwise than the windowed (Gemma 4)."""

    head_dim: int
    kv_heads: int
    values_are_keys: bool = False  # no projection of values: what the keys are made of serves as values


@dataclass(frozen=True, slots=True)
class Moe:
    """Mixture of experts. Widths are of one expert."""

    experts: int
    active: int
    expert_ffn: int
    layers: tuple[bool, ...]  # one per layer, True where the layer has experts (dense layers use Model.ffn)
    shared: int = 0
    shared_ffn: int = 0  # width of all shared experts together


@dataclass(frozen=True, slots=True)
class Mla:
    """Multi-head latent attention (DeepSeek): ranks and head widths."""

    q_lora_rank: int | None
    kv_lora_rank: int
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    v_head_dim: int


@dataclass(frozen=True, slots=True)
class Indexer:
    """DeepSeek sparse attention: small heads that choose the `top` cells that latent attention sees, token by token."""

    heads: int
    head_dim: int
    top: int


@dataclass(frozen=True, slots=True)
class Linear:
    """Layers without a KV cache that keep a fixed-size state: gated delta net, short convolution, Mamba 2."""

    type: Literal["gated_delta_net", "short_conv", "mamba2"]
    layers: tuple[bool, ...]  # one per layer, True where the layer is linear (no KV cache)
    key_heads: int = 0
    value_heads: int = 0
    key_head_dim: int = 0
    value_head_dim: int = 0
    conv_kernel: int = 0
    groups: int = 0
    state: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the file holds that a model was read from: exact, whatever is known of its architecture."""

    format: str  # "Q4_K_M", "BF16", "AWQ-4bit", or what the file calls itself
    bytes: int  # of all its tensors
    parameters: int | None = None  # None where its weights are packed in a way that is not known
    # A GGUF file's tensors by (role, layer or None): rows and bytes. Empty for other files.
    tensors: Mapping[tuple[str, int | None], tuple[int, int]] = field(default_factory=dict, hash=False)
    quant: str = ""  # of a GGUF file: the file type of advisor.workload.LLAMA_CPP_QUANTS that it is, or is nearest to
    type: str = ""  # of a GGUF file: the tensor type of most of its bytes


@dataclass(frozen=True, eq=False)
class Model:
    """One model of the catalogue, or one read from a file. Two models are equal only when they are the same object,
    so that everything computed from a model can be cached by it.
    """

    id: str  # "qwen2.5-7b"
    name: str  # "Qwen2.5-7B"
    family: str  # "Qwen2.5"
    kind: str  # "chat", "code", "reasoning", "vlm", "base", "math"
    style: Style
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    tied_embeddings: bool
    ffn: int | None = None  # width of the dense MLP; None when every layer has experts
    window: Window | None = None
    globals: Global | None = None
    kv_shared: int = 0  # so many last layers have no KV cache: they attend to that of the last layer of their kind
    late_ffn: int | None = None  # width of the dense MLP in those layers, where it is another (Gemma 4 E2B)
    layer_embedding: int = 0  # width of the token embeddings that every layer has of its own (Gemma 3n, Gemma 4 E2B)
    layer_vocab: int | None = None  # rows of their table, where they are others than `vocab`
    moe: Moe | None = None
    mla: Mla | None = None
    indexer: Indexer | None = None
    linear: Linear | None = None
    # What each layer is where it is one thing alone (Nemotron-H): M a state layer (`linear`), * attention, - an MLP,
    # E experts. "" where every layer has attention or a state and then an MLP or experts.
    plan: str = ""
    max_context: int | None = None
    extras: Mapping[str, int] = field(default_factory=dict)  # parameters outside the language model: vision, mtp
    published_parameters: int | None = None  # the publisher's count, extras included
    count_note: str = ""  # why a computed count may differ from the published one, with its source
    aliases: tuple[str, ...] = ()  # Hugging Face name first
    licence: str | None = None
    languages: str | None = None
    released: str | None = None
    count_tolerance: float = 0.0  # largest relative difference from the published count that count_note explains
    gguf_vocab: int | None = None  # rows of GGUF's token table where the converter drops unused ones (Gemma 3)
    rope_factors: bool = False  # Llama 3.1+: GGUF holds a rope_freqs tensor of head_dim/2 F32
    long_rope: int = 0  # width of GGUF's rope_factors_long and rope_factors_short tensors (Phi-3 128k), 0 without
    tokenizer: Literal["bpe", "spm", "unknown"] = "unknown"
    merges: int | None = None  # BPE merges, for the tokenizer's own memory
    # The tensor types of a GGUF file that this model was read from, by (role, layer or None); None for other models.
    file_types: Mapping[tuple[str, int | None], str] | None = None
    source: str = ""
    stored: Stored | None = None  # for a model whose own file was read
    # Fewest and most parameters of a model whose architecture is not known; None for all others. With it nothing but
    # these bounds is computed, and the sizes above are what its config says.
    parameter_bounds: tuple[int, int] | None = None

    @property
    def query_width(self) -> int:
        """Columns of the query projection: heads x head_dim (before a gate doubles it)."""
        return self.heads * self.head_dim

    def attends(self, layer: int) -> bool:
        """Whether `layer` has attention (in a model with a plan, nothing else), and so keys and values."""
        if self.plan:
            return self.plan[layer] == "*"
        return self.linear is None or not self.linear.layers[layer]

    @property
    def kv_width(self) -> int:
        """Columns of the key (and of the value) projection: kv_heads x head_dim."""
        return self.kv_heads * self.head_dim
