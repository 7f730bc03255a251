"""The pieces of a network in training, recorded on a `tape.Tape`: linear layers, adapters, norms, rotation.

Written after what transformers 5 and peft 0.21 do (modeling code of each family), with the dtypes that torch's
autocast and type promotion give. Every rule here says which tensors torch's backward formulas keep.
"""

from functools import cache
from typing import NamedTuple

from advisor.estimator.tape import NOTHING, Form, Tape, Value, add, times


class Mode(NamedTuple):
    """How a model is trained. Bytes per number of each kind of tensor."""

    weight: int  # parameters as they lie in memory (quantised ones count as their compute type)
    residual: int  # hidden states between layers
    compute: int  # matrix products
    autocast: bool
    full: bool  # all parameters train; else adapters do
    quantized: bool  # 4-bit linears (bitsandbytes)
    norms_fp32: bool  # norms kept in fp32 by prepare_model_for_kbit_training
    targets: str  # "all-linear", "attention", "q,v"; "experts": all-linear, but of the MLPs the routed experts only
    rank: bool  # adapters exist


# Which adapters `targets` puts on which linear of a layer.
ATTENTION = frozenset(("q", "k", "v", "o", "qkv", "q_a", "q_b", "kv_a", "kv_b"))


class Block:
    """Records the pieces of a network in one mode."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.tape = Tape()

    # Pieces ---------------------------------------------------------------------------------------------------

    def cast(self, x: Value, width: int) -> Value:
        """`x.to(dtype)`: nothing when it has that width already; its backward casts the gradient back."""
        return x if x.bytes == width else self.tape.run((x,), x.elements, width)

    def add(self, a: Value, b: Value) -> Value:
        """A residual connection; the gradient passes on as it is, cast where the widths differ."""
        width = max(a.bytes, b.bytes)
        work = add(*(x.size for x in (a, b) if x.grad and x.bytes != width))
        return self.tape.run((a, b), a.elements, width, passes=True, work=work)

    def linear(self, x: Value, role: str, inner: str, outer: str, out: Form) -> Value:
        """A linear layer (`inner`, `outer`: symbols of its widths), with its adapter where one sits on it."""
        result = self._base(x, inner, outer, out)
        if self.mode.rank and self._adapted(role):
            result = self._adapter(x, result, inner, outer, out)
        return result

    def _adapted(self, role: str) -> bool:
        if role in ("router", "head"):
            return False
        if self.mode.targets == "q,v":
            return role in ("q", "v", "qkv", "q_b")
        if self.mode.targets == "experts":
            return role not in ("gate", "up", "gate_up", "down")
        return self.mode.targets == "all-linear" or role in ATTENTION

    def _base(self, x: Value, inner: str, outer: str, out: Form) -> Value:
        mode = self.mode
        weights = f"{inner}*{outer}"
        if mode.quantized:
            # bitsandbytes casts in and out itself and keeps only the packed weight.
            source = x.bytes
            inside = add(*(times(e, mode.compute) for e in (x.elements, out) if source != mode.compute))
            return self.tape.run((x,), out, source, work=add(inside, {weights: mode.compute}), forward_work=inside)
        inside_x = self.cast(x, mode.compute)
        if not mode.full:
            if mode.weight == mode.compute:
                return self.tape.run((inside_x,), out, mode.compute)
            # A frozen weight's autocast copy is made for every call and kept for the gradient of the input.
            copy = self.tape.value({weights: 1}, mode.compute, False)
            return self.tape.run((inside_x,), out, mode.compute, saves=(copy,))
        if mode.weight == mode.compute:
            return self.tape.run(
                (inside_x,), out, mode.compute, saves=(inside_x,), parameter_grads={weights: mode.weight}
            )
        return self._cast_weight(inside_x, weights, out)

    def _cast_weight(self, x: Value, weights: str, out: Form) -> Value:
        mode = self.mode
        copy = self.tape.run((), {weights: 1}, mode.compute, parameter_grads={weights: mode.weight})
        return self.tape.run((x, copy), out, mode.compute, saves=(x, copy))

    def _adapter(self, x: Value, result: Value, inner: str, outer: str, out: Form) -> Value:
        """result + B(A(x)) x scaling, as peft's Linear and Linear4bit run it; adapters are fp32."""
        mode = self.mode
        dtype = result.bytes
        if not (mode.quantized and mode.autocast):
            x = self.cast(x, 4)
        low = {"tokens*rank": 1.0}
        if mode.autocast:
            a = self._cast_adapter(self.cast(x, mode.compute), f"rank*{inner}", low)
            b = self._cast_adapter(a, f"rank*{outer}", out)
        else:
            a = self.tape.run((x,), low, 4, saves=(x,), parameter_grads={f"rank*{inner}": 4})
            b = self.tape.run((a,), out, 4, saves=(a,), parameter_grads={f"rank*{outer}": 4})
        scaled = self.tape.run((b,), out, b.bytes)
        if mode.quantized and not mode.autocast:
            scaled = self.cast(scaled, dtype)
        return self.cast(self.add(result, scaled), dtype)

    def _cast_adapter(self, x: Value, weights: str, out: Form) -> Value:
        copy = self.tape.run((), {weights: 1}, self.mode.compute, parameter_grads={weights: 4})
        return self.tape.run((x, copy), out, self.mode.compute, saves=(x, copy))

    def norm(self, x: Value, kind: str, width: str, rows: Form) -> Value:
        """RMSNorm or LayerNorm over `width`; `rows` counts the rows that get a scale of their own."""
        if kind.startswith("layer"):
            return self._layer_norm(x, width, rows, kind)
        wide = self.cast(x, 4)
        square = self.tape.run((wide,), x.elements, 4, saves=(wide,), work=times(x.elements, 8))
        mean = self.tape.run((square,), rows, 4)
        scale = self.tape.run((mean,), rows, 4, saves_result=True)
        mul = self.tape.run((wide, scale), x.elements, 4, saves=(wide, scale), work=times(x.elements, 4))
        own = 4 if self.mode.norms_fp32 else self.mode.weight
        gains = {width: float(own)} if self.mode.full else NOTHING
        # The weight's gradient is as large as the input before it is summed over the rows.
        if kind == "rms_fp32":
            work = times(x.elements, 4) if self.mode.full else NOTHING
            out = self.tape.run((mul,), x.elements, 4, saves=(mul,) if self.mode.full else (),
                                work=work, parameter_grads=gains)  # fmt: skip
            return self.cast(out, x.bytes)
        narrow = self.cast(mul, x.bytes)
        width_out = max(narrow.bytes, own)
        work = times(x.elements, width_out) if self.mode.full else NOTHING
        return self.tape.run((narrow,), x.elements, width_out, saves=(narrow,) if self.mode.full else (),
                             work=work, parameter_grads=gains)  # fmt: skip

    def _layer_norm(self, x: Value, width: str, rows: Form, kind: str) -> Value:
        # Under autocast layer_norm runs in fp32, and some families cast for it.
        wide = self.cast(x, 4) if self.mode.autocast or kind != "layer" else x
        gains = {width: 2.0 * self.mode.weight} if self.mode.full and kind != "layer_plain" else NOTHING
        if kind == "layer_fp32":
            return self._written_out_norm(wide, rows, x.bytes, gains)
        statistics = self.tape.value(times(rows, 2), 4, False)
        out = self.tape.run((wide,), x.elements, wide.bytes, saves=(wide, statistics), parameter_grads=gains)
        return self.cast(out, x.bytes) if kind == "layer_plain" else out

    def _written_out_norm(self, x: Value, rows: Form, width: int, gains: Form) -> Value:
        """Cohere's LayerNorm: mean, variance and scale as operations of their own, in fp32."""
        tape = self.tape
        centred = tape.run((x,), x.elements, 4)
        square = tape.run((centred,), x.elements, 4, saves=(centred,), work=times(x.elements, 8))
        scale = tape.run((square,), rows, 4, saves_result=True)
        again = tape.run((x,), x.elements, 4)
        normed = tape.run((again, scale), x.elements, 4, saves=(again, scale))
        kept = (normed,) if self.mode.full else ()
        return self.cast(tape.run((normed,), x.elements, 4, saves=kept, parameter_grads=gains), width)

    def rope(self, x: Value, width: int) -> Value:
        """x cos + rotate(x) sin; cosines need no gradient, so nothing is kept."""
        half = self.tape.run((x,), x.elements, x.bytes, work=times(x.elements, 2 * x.bytes))
        a = self.tape.run((x,), x.elements, width)
        b = self.tape.run((half,), x.elements, width)
        return self.add(a, b)

    def activate(self, gate: Value, elements: Form, kind: str = "silu") -> Value:
        """SiLU or GELU: one kernel forward, one backward, keeps its input. The others are written out."""
        written_out = {"relu2": self._relu2, "gelu_new": self._gelu_new, "xielu": self._xielu}
        if kind in written_out:
            return written_out[kind](gate, elements)
        return self.tape.run((gate,), elements, gate.bytes, saves=(gate,))

    def _power(self, x: Value) -> Value:
        """`x` as autocast gives it to a power: in fp32."""
        return self.cast(x, 4) if self.mode.autocast else x

    def _relu2(self, x: Value, elements: Form) -> Value:
        """Square of what is positive (transformers activations.py, ReLUSquaredActivation)."""
        positive = self._power(self.tape.run((x,), elements, x.bytes, saves_result=True))
        return self.tape.run((positive,), elements, positive.bytes, saves=(positive,))

    def _gelu_new(self, x: Value, elements: Form) -> Value:
        """0.5 x (1 + tanh(k (x + c x^3))), operation by operation (transformers activations.py, NewGELUActivation)."""
        tape = self.tape
        half = tape.run((x,), elements, x.bytes)
        base = self._power(x)
        wide = base.bytes
        cube = tape.run((base,), elements, wide, saves=(base,), work=times(elements, wide))
        inner = tape.run((x, tape.run((cube,), elements, wide)), elements, wide)
        bent = tape.run((tape.run((inner,), elements, wide),), elements, wide, saves_result=True)
        return self.multiply(half, tape.run((bent,), elements, wide, passes=True), elements)

    def _xielu(self, x: Value, elements: Form) -> Value:
        """xIELU without its own kernel (transformers activations.py, XIELUActivation, _xielu_python)."""
        tape, mode = self.tape, self.mode
        # The learned factors have one dimension, so that fp32 ones make fp32 of what they meet.
        wide = 4 if mode.autocast or mode.weight == 4 or mode.norms_fp32 else x.bytes
        positive = tape.value(elements, 1, False)
        low = self._power(tape.run((x,), elements, x.bytes, saves=(x,)))
        grown = tape.run((low,), elements, low.bytes, saves_result=True)
        difference = tape.run((grown, x), elements, max(grown.bytes, x.bytes))
        kept = (difference,) if mode.full else ()
        scaled = tape.run((difference,), elements, wide, saves=kept)
        below = tape.run((scaled, tape.run((x,), elements, x.bytes)), elements, wide, passes=True)
        once = tape.run((x,), elements, wide, saves=(x,))
        twice = tape.run((once, x), elements, wide, saves=(once, x))
        above = tape.run((twice, tape.run((x,), elements, x.bytes)), elements, wide, passes=True)
        return tape.run((above, below), elements, wide, saves=(positive,))

    def drop(self, x: Value) -> Value:
        """Dropout: a mask of one byte per number is kept."""
        mask = self.tape.value(x.elements, 1, False)
        return self.tape.run((x,), x.elements, x.bytes, saves=(mask,))

    def multiply(self, a: Value, b: Value, elements: Form) -> Value:
        """a x b, keeping both."""
        return self.tape.run((a, b), elements, max(a.bytes, b.bytes), saves=(a, b))


@cache
def tokens(symbol: str) -> Form:
    """One element per token and unit of `symbol`."""
    return {f"tokens*{symbol}": 1.0}
