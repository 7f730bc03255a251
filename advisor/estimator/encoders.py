"""What encoders run: ViT as timm 1.0.31 has it; BERT, CLIP's text encoder and Whisper as transformers 5 has them."""

from collections.abc import Callable

from advisor.catalog.networks import Bert, ClipText, GatedBert, Vit, Whisper
from advisor.estimator.recorder import Map, Recorder


def vit(r: Recorder, n: Vit) -> None:
    """timm vision_transformer.py: fused qkv, pre-norm, the class token goes to the head."""
    r.whole = True
    x = r.conv(r.image(3, n.image), n.hidden, n.patch, n.patch, padding=0)
    patches = x.positions
    r.parameter(1, 1, n.hidden)
    x = r.copy(r.view(x, n.hidden, patches), positions=patches + 1)
    x = r.table(x, (1, patches + 1, n.hidden))
    x = r.module(lambda x: _layers(r, x, n.layers, lambda x: _vit_layer(r, x, n)), x)
    x = r.copy(r.layer_norm(x), positions=1)
    # peft knows no output matrix of this network: its head gets an adapter as every other linear layer does.
    r.cross_entropy(r.dense(x, n.classes))


def _vit_layer(r: Recorder, x: Map, n: Vit) -> Map:
    x = r.add(x, r.module(lambda y: _fused_attention(r, y, n.heads), r.layer_norm(x)))
    return r.add(x, r.module(lambda y: _mlp(r, y, n.ffn), r.layer_norm(x)))


def _fused_attention(r: Recorder, x: Map, heads: int) -> Map:
    q, k, v = r.split(r.dense(x, 3 * x.channels, "qkv"), 3)
    x = r.dense(r.attention(q, k, v, heads), x.channels, "o")
    r.hold(q, k, v)
    return x


def _mlp(r: Recorder, x: Map, width: int) -> Map:
    return r.dense(r.act(r.dense(x, width), "gelu"), x.channels)


def bert(r: Recorder, n: Bert, length: int) -> None:
    """transformers modeling_bert.py: norms after each sum, dropout while it learns."""
    x = r.embedding(n.vocab, n.hidden, length)
    kinds = r.embedding(n.types, n.hidden, length)
    x = r.add(x, kinds)
    x = r.table(x, (n.positions, n.hidden))
    x = r.drop(r.layer_norm(x))
    x = r.module(lambda x: _layers(r, x, n.layers, lambda x: _bert_layer(r, x, n)), x)
    if n.pooler:
        # Its result is not asked for, but the model makes it.
        r.dense(r.copy(x, positions=1), n.hidden, "")
    r.contrast(x)


def _layers(r: Recorder, x: Map, count: int, layer: Callable[[Map], Map]) -> Map:
    for _ in range(count):
        x = r.segment(layer, x, key=layer)
    return x


def _bert_layer(r: Recorder, x: Map, n: Bert) -> Map:
    y = r.module(lambda x: _bert_attention(r, x, n.heads), x)
    x = r.module(lambda y, x: r.layer_norm(r.add(r.drop(r.dense(y, n.hidden, "o")), x)), y, x)
    y = r.module(lambda x: r.act(r.dense(x, n.ffn), "gelu"), x)
    return r.module(lambda y, x: r.layer_norm(r.add(r.drop(r.dense(y, n.hidden)), x)), y, x)


def _bert_attention(r: Recorder, x: Map, heads: int) -> Map:
    q, k, v = (r.dense(x, x.channels, role) for role in ("q", "k", "v"))
    x = r.attention(q, k, v, heads, drops=True)
    r.hold(q, k, v)
    return x


def gated_bert(r: Recorder, n: GatedBert, length: int) -> None:
    """transformers modeling_nomic_bert.py: no dropout, queries and keys rotated."""
    x = r.add(r.embedding(n.vocab, n.hidden, length), r.embedding(n.types, n.hidden, length))
    x = r.layer_norm(x)
    x = r.module(lambda x: _layers(r, x, n.layers, lambda x: _gated_layer(r, x, n)), x)
    r.contrast(x)


def _gated_layer(r: Recorder, x: Map, n: GatedBert) -> Map:
    y = r.layer_norm(r.add(x, r.module(lambda x: _rotated_attention(r, x, n.heads), x)))
    return r.layer_norm(r.add(y, r.module(lambda y: _gated_mlp(r, y, n.ffn), y)))


def _rotated_attention(r: Recorder, x: Map, heads: int) -> Map:
    q, k, v = (r.dense(x, x.channels, role, bias=False) for role in ("q", "k", "v"))
    q, k = r.rotate(q), r.rotate(k)
    y = r.dense(r.attention(q, k, v, heads), x.channels, "o", bias=False)
    r.hold(q, k, v)
    return y


def _gated_mlp(r: Recorder, x: Map, width: int) -> Map:
    gate = r.act(r.dense(x, width, bias=False), "silu")
    return r.dense(r.multiply(gate, r.dense(x, width, bias=False)), x.channels, bias=False)


def clip_text(r: Recorder, n: ClipText) -> None:
    """transformers modeling_clip.py, the text side."""
    x = r.embedding(n.vocab, n.hidden, n.positions)
    x = r.table(x, (n.positions, n.hidden))
    x = r.module(lambda x: _layers(r, x, n.layers, lambda x: _pre_norm_layer(r, x, n.heads, n.ffn)), x)
    x = r.layer_norm(x)
    if n.projection:
        r.dense(r.copy(x, positions=1), n.projection, "", bias=False)
    r.contrast(x)


def _pre_norm_layer(r: Recorder, x: Map, heads: int, ffn: int, key_bias: bool = True, copies: bool = False) -> Map:
    x = r.add(x, r.module(lambda y: _attend(r, y, y, heads, key_bias, copies), r.layer_norm(x)))
    y = r.act(r.dense(r.layer_norm(x), ffn), "gelu")
    return r.add(x, r.dense(y, x.channels))


def _attend(r: Recorder, x: Map, source: Map, heads: int, key_bias: bool = True, copies: bool = False) -> Map:
    """Attention of `x` to `source`, with its four projections; Whisper's `copies` what it attends with, by head."""
    width = x.channels
    q = r.dense(x, width, "q")
    k, v = r.dense(source, width, "k", bias=key_bias), r.dense(source, width, "v")
    if copies:
        q, k, v = r.copy(q), r.copy(k), r.copy(v)
    y = r.attention(q, k, v, heads)
    # Flash attention's result lies in the order of its queries, which is not the next product's after a copy.
    y = r.dense(r.copy(y) if copies and r.how.kernel == "flash" else y, width, "o")
    r.hold(q, k, v)
    return y


def whisper(r: Recorder, n: Whisper, length: int) -> None:
    """transformers modeling_whisper.py: audio of 30 s in, `length` tokens of text out."""
    sound = _encode(r, n)
    x = r.embedding(n.vocab, n.hidden, length, tied=True)
    x = r.table(x, (n.positions, n.hidden))
    for _ in range(n.decoder_layers):
        x = r.segment(lambda x, sound: _whisper_decoder_layer(r, x, sound, n), x, sound, key="decoder")
    x = r.dense(r.layer_norm(x), n.vocab, "head", bias=False, tied=True)
    r.hold(sound)
    r.cross_entropy(x)
    r.hold(x)  # the model returns its logits beside the loss


def _encode(r: Recorder, n: Whisper) -> Map:
    x = r.sound(n.mels, 2 * n.frames)
    x = r.act(r.wake(r.conv(x, n.hidden, 3, flat=True)), "gelu")
    x = r.act(r.conv(x, n.hidden, 3, stride=2, flat=True), "gelu")
    x = r.table(x, (n.frames, n.hidden), learned=False)
    x = _layers(r, x, n.encoder_layers, lambda x: _pre_norm_layer(r, x, n.heads, n.ffn, key_bias=False, copies=True))
    return r.layer_norm(x)


def _whisper_decoder_layer(r: Recorder, x: Map, sound: Map, n: Whisper) -> Map:
    y = r.layer_norm(x)
    x = r.add(x, r.module(lambda y: _attend(r, y, y, n.heads, False, True), y))
    y = r.layer_norm(x)
    x = r.add(x, r.module(lambda y: _attend(r, y, sound, n.heads, False, True), y))
    y = r.act(r.dense(r.layer_norm(x), n.ffn), "gelu")
    return r.add(x, r.dense(y, n.hidden))
