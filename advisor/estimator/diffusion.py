"""What Stable Diffusion runs, as diffusers 0.42.1 does it: the denoising UNet and the picture decoder."""

from collections.abc import Sequence

from advisor.catalog.networks import UNet, Vae
from advisor.estimator.recorder import Map, Recorder


def unet(r: Recorder, n: UNet) -> None:
    """diffusers unet_2d_condition.py: levels down, the middle, levels up with what the way down left."""
    x = r.image(n.latent, n.sample)
    text = r.given(n.cross, n.tokens)
    time = _time(r, n)
    x = r.conv(x, n.channels[0], 3)
    left = [x]
    last = len(n.channels) - 1
    for level, width in enumerate(n.channels):
        for _ in range(n.layers_per_block):
            x = _resnet(r, x, time, width)
            x = _transformers(r, x, text, n.transformers[level], n.heads[level], n.linear_projection)
            left.append(x)
        if level < last:
            x = r.conv(x, width, 3, 2)
            left.append(x)
    x = _resnet(r, x, time, n.channels[-1], segment=False)
    x = _transformers(r, x, text, n.middle, n.heads[-1], n.linear_projection)
    x = _resnet(r, x, time, n.channels[-1])
    for level in reversed(range(len(n.channels))):
        taken = [left.pop() for _ in range(n.layers_per_block + 1)]
        x = r.module(lambda x, *taken, level=level: _up(r, x, taken, time, text, n, level), x, *taken)
    r.squared_error(r.conv(r.act(r.group_norm(x), "silu"), n.latent, 3))


def _up(r: Recorder, x: Map, left: Sequence[Map], time: Map, text: Map, n: UNet, level: int) -> Map:
    for part in left:
        x = _resnet(r, r.join(x, part), time, n.channels[level])
        x = _transformers(r, x, text, n.transformers[level], n.heads[level], n.linear_projection)
    return r.conv(_doubled(r, x), n.channels[level], 3) if level else x


def _time(r: Recorder, n: UNet) -> Map:
    """The step's embedding, and with SDXL that of the pooled text and the picture's sizes."""
    wide = 4 * n.channels[0]
    x = _mlp(r, r.given(n.channels[0], 1), wide)
    return r.add(x, _mlp(r, r.given(n.pooled, 1), wide)) if n.pooled else x


def _mlp(r: Recorder, x: Map, width: int) -> Map:
    return r.dense(r.act(r.dense(x, width), "silu"), width)


def _doubled(r: Recorder, x: Map) -> Map:
    """Twice the side, each pixel repeated."""
    return r.copy(x, positions=4 * x.positions, side=2 * x.side)


def _resnet(r: Recorder, x: Map, time: Map | None, out: int, segment: bool = True) -> Map:
    def run(x: Map, *time: Map) -> Map:
        y = r.conv(r.act(r.group_norm(x), "silu"), out, 3)
        if time:
            y = r.add(y, r.dense(r.act(time[0], "silu"), out))
        y = r.conv(r.act(r.group_norm(y), "silu"), out, 3)
        return r.add(x if x.channels == out else r.conv(x, out, 1), y)

    inputs = (x,) if time is None else (x, time)
    return r.segment(run, *inputs, key=out) if segment else r.module(run, *inputs)


def _transformers(r: Recorder, x: Map, text: Map, count: int, heads: int, linear: bool) -> Map:
    """diffusers transformer_2d.py: into a sequence, layers, and back, with a residual around all."""
    if not count:
        return x
    return r.module(lambda x: _transformer(r, x, text, count, heads, linear), x)


def _transformer(r: Recorder, x: Map, text: Map, count: int, heads: int, linear: bool) -> Map:
    width = x.channels
    y = r.group_norm(x)
    y = r.copy(r.dense(r.copy(y), width)) if linear else r.copy(r.conv(y, width, 1))
    y = y._replace(side=0)
    for _ in range(count):
        y = r.segment(lambda y, text: _transformer_layer(r, y, text, heads), y, text, key=("transformer", heads))
    y = r.copy(r.dense(y, width)) if linear else r.conv(r.copy(y)._replace(side=x.side), width, 1)
    return r.add(y, x)._replace(side=x.side)


def _transformer_layer(r: Recorder, x: Map, text: Map, heads: int) -> Map:
    width = x.channels
    y = r.module(lambda y: _attention(r, y, y, heads), r.layer_norm(x))
    x = r.add(y, x)
    y = r.module(lambda y: _attention(r, y, text, heads), r.layer_norm(x))
    x = r.add(y, x)
    z = r.module(lambda z: _gated(r, z), r.layer_norm(x))
    result = r.add(r.module(lambda z: r.dense(z, width), z), x)
    r.hold(y)
    return result


def _gated(r: Recorder, x: Map) -> Map:
    inner, gate = r.split(r.dense(x, 8 * x.channels), 2)
    return r.multiply(inner, r.act(gate, "gelu"))


def _attention(r: Recorder, x: Map, source: Map, heads: int, bias: bool = False) -> Map:
    q, k, v = (r.dense(part, x.channels, role, bias=bias) for part, role in ((x, "q"), (source, "k"), (source, "v")))
    x = r.dense(r.attention(q, k, v, heads), x.channels, "o")
    r.hold(q, k, v)
    return x


def vae(r: Recorder, n: Vae) -> None:
    """diffusers autoencoder_kl.py: the decoder, from latents to a picture; the encoder only counts."""
    _encoder(r, n)
    x = r.image(n.latent, n.sample)
    x = r.conv(r.conv(x, n.latent, 1), n.channels[-1], 3)
    x = _vae_middle(r, x)
    for level in reversed(range(len(n.channels))):
        for _ in range(n.layers_per_block + 1):
            x = _resnet(r, x, None, n.channels[level])
        if level:
            x = r.conv(_doubled(r, x), n.channels[level], 3)
    r.squared_error(r.conv(r.act(r.group_norm(x), "silu"), 3, 3))


def _vae_middle(r: Recorder, x: Map) -> Map:
    width = x.channels
    x = _resnet(r, x, None, width)
    y = r.copy(r.group_norm(x))
    y = _attention(r, y, y, 1, bias=True)
    return _resnet(r, r.add(r.copy(y), x)._replace(side=x.side), None, width)


def _encoder(r: Recorder, n: Vae) -> None:
    """The encoder's parameters: it does not run while pictures are made."""
    apart = r.apart()
    x = apart.image(3, n.sample << (len(n.channels) - 1))
    x = apart.conv(x, n.channels[0], 3)
    for level, width in enumerate(n.channels):
        for _ in range(n.layers_per_block):
            x = _resnet(apart, x, None, width)
        if level < len(n.channels) - 1:
            x = apart.conv(x, width, 3, 2)
    x = _vae_middle(apart, x)
    x = apart.conv(apart.act(apart.group_norm(x), "silu"), 2 * n.latent, 3)
    apart.conv(x, 2 * n.latent, 1)
    r.parameters += apart.parameters
