"""What convolutional networks run, as timm 1.0.31 does it: ResNet, MobileNetV3 and EfficientNet, a small plain CNN."""

from itertools import islice

from advisor.catalog.networks import MobileNet, PlainCnn, ResNet
from advisor.estimator.recorder import Map, Recorder


def plain_cnn(r: Recorder, n: PlainCnn) -> None:
    """Two 3x3 convolutions with batch norm and ReLU per level, a pooling after each, two linear layers."""
    x = r.image(3, n.image)
    for channels in n.channels:
        for _ in range(2):
            x = _conv_norm(r, x, channels, 3, act="relu")
        x = r.max_pool(x, 2, 2)
    x = r.view(x, x.channels * x.positions, 1)
    x = r.act(r.dense(x, n.hidden), "relu", inplace=True)
    r.cross_entropy(r.dense(x, n.classes, "head"))


def resnet(r: Recorder, n: ResNet) -> None:
    """timm resnet.py: activations in place, the sum in place of the branch."""
    r.whole = True
    x = _conv_norm(r, r.image(3, n.image), 64, 7, stride=2, act="relu")
    x = r.max_pool(x, 3, 2, 1)
    for stage, count in enumerate(n.blocks):
        x = r.module(lambda x, stage=stage, count=count: _stage(r, x, 64 << stage, count, n.bottleneck), x)
    _classify(r, x, n.classes)


def _stage(r: Recorder, x: Map, width: int, count: int, bottleneck: bool) -> Map:
    stride = 2 if width > 64 else 1
    x = r.segment(lambda x: _residual(r, x, width, stride, bottleneck), x)
    for _ in range(count - 1):
        x = r.segment(lambda x: _residual(r, x, width, 1, bottleneck), x, key=width)
    return x


def _residual(r: Recorder, x: Map, width: int, stride: int, bottleneck: bool) -> Map:
    out = width * (4 if bottleneck else 1)
    if bottleneck:
        y = _conv_norm(r, x, width, 1, act="relu")
        y = _conv_norm(r, y, width, 3, stride=stride, act="relu")
        y = _conv_norm(r, y, out, 1)
    else:
        y = _conv_norm(r, x, width, 3, stride=stride, act="relu")
        y = _conv_norm(r, y, out, 3)
    shortcut = x
    if stride > 1 or x.channels != out:
        shortcut = _conv_norm(r, x, out, 1, stride=stride)
    return r.act(r.add(y, shortcut, inplace=True), "relu", inplace=True)


def _conv_norm(
    r: Recorder, x: Map, out: int, kernel: int, stride: int = 1, groups: int = 1, act: str = ""
) -> Map:  # fmt: skip
    x = r.batch_norm(r.conv(x, out, kernel, stride, groups=groups, bias=False))
    return r.act(x, act, inplace=True) if act else x


def _classify(r: Recorder, x: Map, classes: int) -> None:
    x = r.copy(x, positions=1, side=1)
    r.cross_entropy(r.dense(r.view(x, x.channels, 1), classes, "head"))


def mobilenet(r: Recorder, n: MobileNet) -> None:
    """timm mobilenetv3.py, efficientnet.py."""
    r.whole = True
    x = _conv_norm(r, r.image(3, n.image), n.stem, 3, stride=2, act=n.activation)
    x = r.module(lambda x: _stages(r, x, n), x)
    if not n.head:
        _classify(r, _conv_norm(r, x, n.last, 1, act=n.activation), n.classes)
        return
    x = r.copy(x, positions=1, side=1)
    x = r.act(r.conv(x, n.head, 1), n.activation, inplace=True)
    r.cross_entropy(r.dense(r.view(x, n.head, 1), n.classes, "head"))


def _stages(r: Recorder, x: Map, n: MobileNet) -> Map:
    rows = iter(n.blocks)
    for count in n.stages:
        part = tuple(islice(rows, count))
        x = r.module(lambda x, part=part: _blocks(r, x, part, n), x)
    if n.head:
        x = r.segment(lambda x: _conv_norm(r, x, n.last, 1, act=n.activation), x)
    return x


def _blocks(r: Recorder, x: Map, rows: tuple[tuple[int, ...], ...], n: MobileNet) -> Map:
    for row in rows:
        x = r.segment(lambda x, row=row: _inverted(r, x, row, n), x, key=row)
    return x


def _inverted(r: Recorder, x: Map, row: tuple[int, ...], n: MobileNet) -> Map:
    kernel, stride, inner, out, squeezed, late = row
    act = n.activation if late else "relu"
    y = x
    if inner != x.channels:
        y = _conv_norm(r, y, inner, 1, act=act)
    y = _conv_norm(r, y, inner, kernel, stride=stride, groups=inner, act=act)
    if squeezed:
        y = r.module(lambda y: _squeeze(r, y, squeezed, n.activation), y)
    y = _conv_norm(r, y, out, 1)
    return r.add(y, x) if stride == 1 and out == x.channels else y


def _squeeze(r: Recorder, x: Map, channels: int, activation: str) -> Map:
    """Squeeze and excitation: one factor per channel from the channels' means."""
    se = r.copy(x, positions=1, side=1)
    early, gate = ("silu", "sigmoid") if activation == "silu" else ("relu", "hardsigmoid")
    se = r.act(r.conv(se, channels, 1), early, inplace=True)
    se = r.act(r.conv(se, x.channels, 1), gate)
    return r.multiply(x, se)
