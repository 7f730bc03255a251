"""Runs a network on paper: its pieces note their parameters and put what they make and keep on a tape.

Sizes are per sample ("tokens" of the tape are samples of the batch) or constant. The rules are torch 2.13's eager
kernels and autograd formulas (aten's derivatives.yaml: which tensors a backward formula asks for) and autocast's lists.
"""

from collections.abc import Callable, Hashable, Sequence
from math import prod
from typing import NamedTuple

from advisor.estimator.blocks import Block, Mode
from advisor.estimator.tape import NOTHING, Form, Moment, Operation, Tape, Trace, Value, add, highest, times

UNITS = {"one": 1.0, "tokens*one": 1.0}
_INDEX = 8  # bytes of the 64-bit numbers that poolings keep


class Parameter(NamedTuple):
    """A learned tensor, or a buffer that is not learned (running statistics; `width` bytes a number)."""

    shape: tuple[int, ...]
    learned: bool = True
    linear: bool = False  # the weight of a linear layer
    width: int = 4  # of a buffer's numbers
    adapted: bool = False  # carries an adapter
    frozen: bool = False  # a parameter that no training changes

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


class Map(NamedTuple):
    """What flows: `positions` of `channels` numbers each per sample; `side` x `side` of them for an image."""

    value: Value
    channels: int
    positions: int
    side: int = 0


class How(NamedTuple):
    """How a network is run: number types, adapters, and what torch is told."""

    mode: Mode
    learns: bool
    checkpointing: bool
    kernel: str  # "flash", "efficient", "eager": torch's attention kernel
    rank: int


class Recording(NamedTuple):
    """One pass: its parameters, the tape's trace, and bytes per sample of the input."""

    parameters: tuple[Parameter, ...]
    trace: Trace
    input_bytes: float
    flops: float  # of one sample's forward pass: 2 per product


class _Segment(NamedTuple):
    """A checkpointed segment, recorded: what it gives, its moments beside that, and what it adds to the network."""

    result: Map
    forward: list[Form]
    backward: list[Form]
    grads: Form
    copies: list[tuple[Form, int]]  # autocast's, which stay to the end of the forward pass
    parameters: tuple[Parameter, ...]
    flops: float


def samples(elements: float) -> Form:
    """So many numbers for each sample of the batch."""
    return {"tokens*one": float(elements)}


def constant(elements: float) -> Form:
    """So many numbers whatever the batch."""
    return {"one": float(elements)}


class Recorder:
    """Records the pieces of one network."""

    def __init__(self, how: How) -> None:
        self.how, self.mode = how, how.mode
        self.block = Block(how.mode)
        self.parameters: list[Parameter] = []
        self.flops = 0.0
        self.whole = False  # checkpointing runs segments again to their end, not just to the last saved tensor
        self._input: Value | None = None
        self._input_bytes = 0.0
        self._segments: dict[tuple[Hashable, object], _Segment] = {}
        self._held: list[Value] = []  # lives until the loss: autocast's copies where segments are checkpointed

    @property
    def tape(self) -> Tape:
        """Where operations go: a segment's own tape while it is recorded."""
        return self.block.tape

    # Inputs -----------------------------------------------------------------------------------------------------

    def image(self, channels: int, side: int) -> Map:
        """The input picture, in the type of the weights; it is there as long as the step."""
        value = self.tape.value(samples(channels * side**2), self.mode.weight, False)
        self._input, self._input_bytes = value, self._input_bytes + channels * side**2 * self.mode.weight
        return Map(value, channels, side**2, side)

    def given(self, channels: int, positions: int) -> Map:
        """An input beside the first, kept as long as the step too."""
        self._input_bytes += channels * positions * self.mode.weight
        return Map(self.tape.value(NOTHING, self.mode.weight, False), channels, positions)

    def sound(self, bands: int, frames: int) -> Map:
        """The input sound as a spectrogram."""
        value = self.tape.value(samples(bands * frames), self.mode.weight, False)
        self._input, self._input_bytes = value, self._input_bytes + bands * frames * self.mode.weight
        return Map(value, bands, frames)

    def apart(self) -> "Recorder":
        """A recorder for what has parameters but does not run."""
        return Recorder(self.how)

    def parameter(self, *shape: int) -> None:
        """A learned tensor that costs nothing beside itself."""
        self.parameters.append(Parameter(shape))

    def embedding(self, rows: int, width: int, positions: int, tied: bool = False) -> Map:
        """One row of a table per token. Of a `tied` matrix the second gradient is added to the first, out of place."""
        self.parameters.append(Parameter((rows, width)))
        size = rows * width * self.mode.weight
        grads, work = (NOTHING, NOTHING) if not self._full else (constant(0 if tied else size), NOTHING)
        if tied and self._full:
            work = constant(2 * size)
        if self.how.learns and not self._full and self.how.checkpointing:
            grads = constant(0)  # transformers makes the embeddings need a gradient, or nothing would be trained
        if self._input is None:
            self._input = self.tape.value(samples(positions), 8, False)
            self._input_bytes += 8 * positions
        value = self.tape.run((), samples(positions * width), self.mode.weight, parameter_grads=grads, work=work)
        return Map(value, width, positions)

    def table(self, x: Map, shape: Sequence[int], learned: bool = True) -> Map:
        """`x` plus a table with a row per position, of which a shorter sequence uses the first; `learned` or fixed."""
        self.parameters.append(Parameter(tuple(shape), frozen=not learned))
        size = prod(shape) * self.mode.weight
        grads = constant(size) if self._full and learned else NOTHING
        # Its gradient is a sum over the samples of the incoming one.
        width = max(x.value.bytes, self.mode.weight)
        value = self.tape.run((x.value,), x.value.elements, width, passes=True, parameter_grads=grads)
        return x._replace(value=value)

    @property
    def _full(self) -> bool:
        return self.how.learns and self.mode.full

    # Products ---------------------------------------------------------------------------------------------------

    def conv(
        self, x: Map, out: int, kernel: int, stride: int = 1, padding: int | None = None, groups: int = 1,
        bias: bool = True, flat: bool = False,
    ) -> Map:  # fmt: skip
        """A convolution over the picture; `flat` over a sequence."""
        padding = kernel // 2 if padding is None else padding
        length = x.positions if flat else x.side
        side = (length + 2 * padding - kernel) // stride + 1
        positions = side if flat else side**2
        shape = (out, x.channels // groups, kernel) if flat else (out, x.channels // groups, kernel, kernel)
        value = self._product(x.value, shape, out if bias else 0, positions * out, positions, convolves=True)
        return Map(value, out, positions, 0 if flat else side)

    def dense(self, x: Map, out: int, role: str = "", bias: bool = True, tied: bool = False) -> Map:
        """A linear layer. `role` says which adapters reach it: "q", "k", "v", "qkv", "o", "head", "" for others."""
        adapted = bool(self.mode.rank and self.how.learns and self._adapted(role))
        value = self._product(
            x.value, (out, x.channels), out if bias else 0, x.positions * out, x.positions, adapted=adapted, tied=tied
        )
        if adapted:
            value = self._adapter(x, value, out)
        return Map(value, out, x.positions)

    def _adapted(self, role: str) -> bool:
        if role == "head":
            return False
        if self.mode.targets == "q,v":
            return role in ("q", "v", "qkv")
        return self.mode.targets == "all-linear" or role in ("q", "k", "v", "qkv", "o")

    def _product(
        self, x: Value, shape: tuple[int, ...], bias: int, out: int, positions: int, convolves: bool = False,
        adapted: bool = False, tied: bool = False,
    ) -> Value:  # fmt: skip
        mode, count = self.mode, prod(shape)
        if not tied:
            self.parameters.append(Parameter(shape, linear=not convolves, adapted=adapted))
        if bias:
            self.parameters.append(Parameter((bias,)))
        self.flops += 2.0 * count * positions
        x = self.block.cast(x, mode.compute)
        weight, weights = mode.weight, constant(count)
        if not self.how.learns:
            copy = times(weights, mode.compute) if weight != mode.compute else NOTHING
            return self.tape.run((x,), samples(out), mode.compute, forward_work=copy)
        if not self._full:
            # A frozen weight's autocast copy serves the input's gradient; a convolution asks for its input always.
            saves = [x] if convolves else []
            if weight != mode.compute:
                saves.append(self.tape.value(weights, mode.compute, False))
            return self.tape.run((x,), samples(out), mode.compute, saves=saves)
        if weight == mode.compute:
            grads = constant((count + bias) * weight)
            return self.tape.run((x,), samples(out), mode.compute, saves=(x,), parameter_grads=grads)
        copy_value = self.tape.run((), weights, mode.compute, parameter_grads=constant(count * weight))
        # Not the copy itself: the loss is no path for its gradient.
        self._held.append(self.tape.value(weights, mode.compute, False, copy_value))
        grads = constant(bias * weight) if bias else NOTHING
        return self.tape.run(
            (x, copy_value), samples(out), mode.compute, saves=(x, copy_value), parameter_grads=grads
        )  # fmt: skip

    def _adapter(self, x: Map, result: Value, out: int) -> Value:
        """result + B(A(x)) x scaling, as peft's Linear runs it; adapters are fp32."""
        mode, rank, tape = self.mode, self.how.rank, self.tape
        dtype, low = result.bytes, samples(x.positions * rank)
        self.flops += 2.0 * rank * (x.channels + out) * x.positions
        wide = self.block.cast(x.value, 4)
        if mode.autocast:
            a = self._cast_adapter(self.block.cast(wide, mode.compute), rank * x.channels, low)
            b = self._cast_adapter(a, rank * out, result.elements)
        else:
            a = tape.run((wide,), low, 4, saves=(wide,), parameter_grads=constant(4 * rank * x.channels))
            b = tape.run((a,), result.elements, 4, saves=(a,), parameter_grads=constant(4 * rank * out))
        scaled = tape.run((b,), result.elements, b.bytes)
        result = self.block.cast(self.block.add(result, scaled), dtype)
        tape.hold((wide,))
        return result

    def _cast_adapter(self, x: Value, count: int, out: Form) -> Value:
        copy = self.tape.run((), constant(count), self.mode.compute, parameter_grads=constant(4 * count))
        return self.tape.run((x, copy), out, self.mode.compute, saves=(x, copy))

    # Norms ------------------------------------------------------------------------------------------------------

    def batch_norm(self, x: Map) -> Map:
        """Keeps its input; running statistics and their count are buffers. Autocast leaves the input's type."""
        self.parameters += [Parameter((x.channels,)), Parameter((x.channels,))]
        kept = self.mode.weight
        self.parameters += [Parameter((x.channels,), False, width=kept), Parameter((x.channels,), False, width=kept)]
        self.parameters.append(Parameter((1,), False, width=_INDEX))
        if not self.how.learns:
            return self._made(x, self.tape.run((x.value,), x.value.elements, x.value.bytes))
        statistics = self.tape.value(constant(2 * x.channels), 4, False)
        grads = constant(2 * x.channels * self.mode.weight) if self._full else NOTHING
        saves = (x.value, statistics)
        return self._made(
            x, self.tape.run((x.value,), x.value.elements, x.value.bytes, saves=saves, parameter_grads=grads)
        )

    def group_norm(self, x: Map, groups: int = 32) -> Map:
        """Keeps its input; under autocast in fp32."""
        return self._norm(x, 2 * groups)

    def layer_norm(self, x: Map) -> Map:
        """Keeps its input and two numbers per position; under autocast in fp32."""
        return self._norm(x, 2 * x.positions)

    def _norm(self, x: Map, statistics: int) -> Map:
        self.parameters += [Parameter((x.channels,)), Parameter((x.channels,))]
        wide = self.block.cast(x.value, 4) if self.mode.autocast else x.value
        beside = self.tape.value(samples(statistics), 4, False)
        grads = constant(2 * x.channels * self.mode.weight) if self._full else NOTHING
        value = self.tape.run((wide,), x.value.elements, wide.bytes, saves=(wide, beside), parameter_grads=grads)
        return self._made(x, value)

    # Activations ------------------------------------------------------------------------------------------------

    def act(self, x: Map, kind: str, inplace: bool = False) -> Map:
        """ReLU and sigmoids that keep their result, others their input. In place an input that is kept is copied."""
        value, tape = x.value, self.tape
        result = kind in ("relu", "sigmoid")
        if not inplace:
            saves = () if result else (value,)
            return self._made(x, tape.run((value,), value.elements, value.bytes, saves=saves, saves_result=result))
        copy = () if result or not value.grad else (tape.value(value.elements, value.bytes, False),)
        return self._made(
            x, tape.run((value,), value.elements, value.bytes, saves=copy, saves_result=result, view=True)
        )

    def drop(self, x: Map) -> Map:
        """Dropout where the network learns: a mask of one byte per number is kept."""
        return self._made(x, self.block.drop(x.value)) if self.how.learns else x

    def softmax(self, x: Map) -> Map:
        """Keeps its result; under autocast in fp32."""
        wide = self.block.cast(x.value, 4) if self.mode.autocast else x.value
        return self._made(x, self.tape.run((wide,), wide.elements, wide.bytes, saves_result=True))

    # Joints -----------------------------------------------------------------------------------------------------

    def add(self, a: Map, b: Map, inplace: bool = False) -> Map:
        """A residual connection; in place the sum lies where `a` lay."""
        if inplace:
            value = self.tape.run((a.value, b.value), a.value.elements, a.value.bytes, passes=True, view=True)
            return self._made(a, value)
        return self._made(a, self.block.add(a.value, b.value))

    def multiply(self, a: Map, b: Map) -> Map:
        """a x b, keeping both; a `b` with one number per channel gets a gradient of a's size that is then summed."""
        width = max(a.value.bytes, b.value.bytes)
        work = times(a.value.elements, width) if a.positions != b.positions else NOTHING
        value = self.tape.run((a.value, b.value), a.value.elements, width, saves=(a.value, b.value), work=work)
        return self._made(a, value)

    def join(self, a: Map, b: Map) -> Map:
        """Both one behind the other, by channel; their gradients are parts of the incoming one."""
        size, width = add(a.value.elements, b.value.elements), max(a.value.bytes, b.value.bytes)
        return Map(
            self.tape.run((a.value, b.value), size, width, passes=True), a.channels + b.channels, a.positions, a.side
        )

    def wake(self, x: Map) -> Map:
        """`x` as transformers makes the first layer's result need a gradient where adapters are checkpointed."""
        if not (self.how.learns and self.how.checkpointing and self.mode.rank):
            return x
        value = self.tape.run((x.value,), x.value.elements, x.value.bytes, view=True, passes=True,
                              parameter_grads=constant(0))  # fmt: skip
        return self._made(x, value)

    def rotate(self, x: Map) -> Map:
        """Rotated positions of queries or keys."""
        return self._made(x, self.block.rope(x.value, x.value.bytes))

    def split(self, x: Map, count: int) -> list[Map]:
        """`count` views of equal parts of the channels; their gradients are put together into one."""
        elements = times(x.value.elements, 1 / count)
        views = tuple(self.tape.value(elements, x.value.bytes, x.value.grad, x.value) for _ in range(count))
        self.tape.operations.append(Operation((x.value,), views, (), False, NOTHING, NOTHING, NOTHING))
        return [Map(view, x.channels // count, x.positions) for view in views]

    def copy(self, x: Map, channels: int = 0, positions: int = 0, side: int = 0) -> Map:
        """A new tensor from `x` that keeps nothing: a layout changed, means, a picture enlarged, a token picked."""
        channels, positions = channels or x.channels, positions or x.positions
        return Map(
            self.tape.run((x.value,), samples(channels * positions), x.value.bytes), channels, positions, side or x.side
        )

    def view(self, x: Map, channels: int, positions: int, side: int = 0) -> Map:
        """`x` seen in another shape."""
        value = self.tape.run((x.value,), samples(channels * positions), x.value.bytes, view=True, passes=True)
        return Map(value, channels, positions, side)

    def max_pool(self, x: Map, kernel: int, stride: int, padding: int = 0) -> Map:
        """Keeps its input and an index per number."""
        side = (x.side + 2 * padding - kernel) // stride + 1
        out = samples(x.channels * side**2)
        if not x.value.grad:
            value = self.tape.run((x.value,), out, x.value.bytes, forward_work=times(out, _INDEX))
        else:
            indices = self.tape.value(out, _INDEX, False)
            value = self.tape.run((x.value,), out, x.value.bytes, saves=(x.value, indices))
        return Map(value, x.channels, side**2, side)

    # Attention --------------------------------------------------------------------------------------------------

    def attention(self, q: Map, k: Map, v: Map, heads: int, drops: bool = False) -> Map:
        """Scaled dot product attention by one of torch's kernels."""
        tape, compute = self.tape, self.mode.compute
        self.flops += 2.0 * (q.channels + v.channels) * q.positions * k.positions
        values = [self.block.cast(part.value, compute) for part in (q, k, v)]
        out = samples(q.positions * v.channels)
        if self.how.kernel == "eager":
            scores = samples(heads * q.positions * k.positions)
            raw = tape.run(values[:2], scores, compute, saves=values[:2])
            wide = self.block.cast(raw, 4) if self.mode.autocast else raw
            chances = self.block.cast(tape.run((wide,), scores, wide.bytes, saves_result=True), compute)
            if drops and self.how.learns:
                chances = self.block.drop(chances)
            inside = tape.run((chances, values[2]), out, compute, saves=(chances, values[2]))
            return q._replace(value=tape.run((inside,), out, compute), channels=v.channels)
        kept = (*values, tape.value(samples(heads * q.positions), 4, False))
        value = tape.run(values, out, compute, saves=kept, saves_result=True)
        return q._replace(value=value, channels=v.channels)

    def module(self, run: Callable[..., Map], *inputs: Map) -> Map:
        """`run` of `inputs`, as torch calls a module: the caller's frames refer to its inputs until it returns."""
        result = run(*inputs)
        self.hold(*inputs)
        return result

    def hold(self, *maps: Map) -> None:
        """Something still refers to `maps` here: they cannot be freed before."""
        self.tape.hold(x.value for x in maps)

    # Segments ---------------------------------------------------------------------------------------------------

    def segment(self, run: Callable[..., Map], *inputs: Map, key: Hashable = None) -> Map:
        """`run` of `inputs`, as one piece that checkpointing computes again in the backward pass.

        Pieces of one `key` run the same on equal inputs, and are recorded once.
        """
        if not (self.how.checkpointing and self.how.learns):
            return self.module(run, *inputs)
        shapes = tuple((x.channels, x.positions, x.side, x.value.bytes, x.value.grad) for x in inputs)
        known = self._segments.get((key, shapes)) if key is not None else None
        if known is None:
            known = self._segments[(key, shapes)] = self._apart(run, inputs)
        else:
            self.parameters += known.parameters
            self.flops += known.flops
        return self._composite(known, tuple(part.value for part in inputs))

    def _apart(self, run: Callable[..., Map], inputs: Sequence[Map]) -> "_Segment":
        """A segment on a tape of its own."""
        outer, held, before, flops = self.block.tape, self._held, len(self.parameters), self.flops
        self.block.tape, self._held = Tape(), []
        sources = [
            part._replace(value=self.tape.value(part.value.elements, part.value.bytes, part.value.grad))
            for part in inputs
        ]
        result = run(*sources)
        trace = Trace(self.tape, *(source.value for source in sources))
        copies = [(copy.elements, copy.bytes) for copy in self._held]
        self.block.tape, self._held = outer, held
        # timm's re-entrant way runs all of it again, with nothing but its result's gradient there.
        course, waiting = (trace.forward, result.value.size) if self.whole else (trace.recomputed, trace.waiting)
        again = [moment._replace(constant=moment.constant + waiting.get("one", 0.0),
                                 token=moment.token + waiting.get("tokens*one", 0.0))
                 for moment in highest(course.priced(UNITS))]  # fmt: skip
        backward = _forms([*again, *highest(trace.backward.priced(UNITS))], result.value.size)
        forward = _forms(highest(trace.forward_alone.priced(UNITS)), result.value.size)
        grads = trace.grads or (constant(0) if result.value.grad else NOTHING)
        made = tuple(self.parameters[before:])
        return _Segment(result, forward, backward, grads, copies, made, self.flops - flops)

    def _composite(self, segment: "_Segment", taken: tuple[Value, ...]) -> Map:
        """One operation that keeps its inputs, then views of its result, each with one of the inner moments beside."""
        tape, result = self.tape, segment.result.value
        value = tape.run(taken, result.elements, result.bytes, saves=taken, parameter_grads=segment.grads)
        for forward_work in segment.forward:
            value = tape.run((value,), value.elements, value.bytes, view=True, passes=True, forward_work=forward_work)
        for work in segment.backward:
            value = tape.run((value,), value.elements, value.bytes, view=True, passes=True, work=work)
        self._held += [tape.run((), *copy) for copy in segment.copies]
        return segment.result._replace(value=value)

    # The end ----------------------------------------------------------------------------------------------------

    def cross_entropy(self, x: Map) -> None:
        """The loss over `x`, one class per position.

        It asks for a log-softmax in the type of `x`, which autocast respects; the sum over it is in fp32 then
        (aten LossNLL.cpp, cross_entropy_loss; autocast_mode.h, nll_loss).
        """
        if not self.how.learns:
            return
        chances = self.tape.run((x.value,), x.value.elements, x.value.bytes, saves_result=True)
        wide = self.block.cast(chances, 4) if self.mode.autocast else chances
        self._end(wide, (wide,))

    def squared_error(self, x: Map) -> None:
        """The mean squared difference from a target, in fp32; what was asked for is kept too."""
        if not self.how.learns:
            return
        wide = self.block.cast(x.value, 4)
        self._input_bytes += x.channels * x.positions * self.mode.weight
        self._end(wide, (wide, self.tape.value(wide.elements, 4, False)))

    def contrast(self, x: Map) -> None:
        """A loss over one vector per sample, each against all others: nothing of size beside the layers."""
        pooled = self.copy(x, positions=1)
        self._end(pooled.value, (pooled.value,))

    def _end(self, x: Value, saves: tuple[Value, ...]) -> None:
        if self.how.learns:
            self.tape.run((x, *self._held), {}, 4, saves=saves)

    def done(self) -> Recording:
        """What was recorded."""
        assert self._input is not None
        return Recording(tuple(self.parameters), Trace(self.tape, self._input), self._input_bytes, self.flops)

    def _made(self, x: Map, value: Value) -> Map:
        return x._replace(value=value)


def _forms(moments: Sequence[Moment], less: Form) -> list[Form]:
    """Moments as sizes beside the result's gradient, which the outer tape counts."""
    return [
        add({"one": moment.constant, "tokens*one": moment.token}, times(less, -1.0)) for moment in moments
    ]  # fmt: skip
