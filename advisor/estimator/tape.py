"""A small autograd on paper: it records what a network runs, then says what lives at each moment of a training step.

Sizes are symbolic ("2 bytes per token and hidden unit"), so one recording serves every model of the same build. Rules
of life are torch's: a result lives until its last use or, when a backward formula needs it, until that formula ran;
gradients live from the operation that makes them to the one that takes them; two gradients of one value are summed
into a third.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import NamedTuple

from advisor.estimator import pace

Form = Mapping[str, float]  # bytes as a linear form: symbol -> factor; "tokens*hidden" style symbols, "" for constants

NOTHING: Form = {}


def add(*forms: Form) -> dict[str, float]:
    """The sum of linear forms."""
    total: dict[str, float] = {}
    for form in forms:
        for symbol, factor in form.items():
            total[symbol] = total.get(symbol, 0.0) + factor
    return total


def times(form: Form, factor: float) -> dict[str, float]:
    """A linear form multiplied by a number."""
    return {symbol: value * factor for symbol, value in form.items()}


class Value(NamedTuple):
    """A tensor: its number of elements as a form, bytes per element, and whether a gradient flows to it.

    `storage` tells whose memory it lies in: a view shares that of the tensor it was taken from.
    """

    id: int
    elements: Form
    bytes: int
    grad: bool
    storage: int
    size: Form  # bytes that a copy of it, such as its gradient, takes


class Operation(NamedTuple):
    """One recorded operation.

    `takes` are its inputs, `gives` its results, `saves` the values that its backward keeps. Backward makes a gradient
    for each input that needs one (the incoming one itself when `passes`), `work` bytes beside, and `parameter_grads`
    bytes that stay.
    """

    takes: tuple[Value, ...]
    gives: tuple[Value, ...]
    saves: tuple[Value, ...]
    passes: bool
    work: Form
    parameter_grads: Form
    forward_work: Form


class Tape:
    """Records operations; a `Trace` then replays their lives."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._count = 0

    def value(self, elements: Form, width: int, grad: bool, view_of: Value | None = None) -> Value:
        """A new tensor that no operation made: the recording's input, or a constant."""
        self._count += 1
        storage = view_of.storage if view_of else self._count
        return Value(self._count, elements, width, grad, storage, times(elements, width))

    def run(
        self,
        takes: Iterable[Value],
        elements: Form,
        width: int,
        *,
        saves: Iterable[Value] = (),
        saves_result: bool = False,
        passes: bool = False,
        view: bool = False,
        work: Form = NOTHING,
        parameter_grads: Form = NOTHING,
        forward_work: Form = NOTHING,
    ) -> Value:
        """Record an operation and return its result. `elements` and `width` size the result.

        A `view` lies in the memory of the first input.
        """
        pace.pause()  # a large network has thousands of operations
        inputs = tuple(takes)
        grad = bool(parameter_grads) or any(value.grad for value in inputs)
        result = self.value(elements, width, grad, inputs[0] if view else None)
        kept = (*saves, *((result,) if saves_result else ())) if grad else ()
        self.operations.append(Operation(inputs, (result,), kept, passes, work, parameter_grads, forward_work))
        return result

    def hold(self, values: Iterable[Value]) -> None:
        """Something still refers to `values` here: they cannot be freed before."""
        self.operations.append(Operation(tuple(values), (), (), False, NOTHING, NOTHING, NOTHING))

    def halves(self, x: Value, elements: Form) -> tuple[Value, Value]:
        """Two views of `x`, one behind the other; their gradients are put together into one of `x`."""
        one, two = (self.value(elements, x.bytes, x.grad, x) for _ in range(2))
        self.operations.append(Operation((x,), (one, two), (), False, NOTHING, NOTHING, NOTHING))
        return one, two


class Kept(NamedTuple):
    """What lies in memory from forward to backward: bytes beside the input, and whether the input does."""

    size: Form
    input: bool


class Trace:
    """What a recording keeps from forward to backward, and the courses of both. Its inputs themselves are left out."""

    def __init__(self, tape: Tape, source: Value, *more: Value) -> None:
        self._operations = operations = tape.operations
        sizes = {value.storage: NOTHING for value in (source, *more)}
        for operation in operations:
            for value in (*operation.takes, *operation.gives, *operation.saves):
                if value.storage not in sizes and value.storage == value.id:
                    sizes[value.id] = value.size
        self._sizes = sizes
        self._source = source
        self._saved = {value.storage for operation in operations for value in operation.saves}
        self.kept = self._kept(self._saved)
        self.grads = add(*(operation.parameter_grads for operation in operations))  # all that backward makes

    @cached_property
    def kept_at_bottom(self) -> Kept:
        """What would be kept if no gradient flowed to the input."""
        reached: set[int] = set()
        saved: set[int] = set()
        for operation in self._operations:
            if operation.parameter_grads or not reached.isdisjoint([value.id for value in operation.takes]):
                reached.update([value.id for value in operation.gives])
                saved.update([value.storage for value in operation.saves])
        return self._kept(saved)

    def _kept(self, saved: set[int]) -> Kept:
        return Kept(add(*(self._sizes[storage] for storage in saved)), self._source.storage in saved)

    @cached_property
    def forward(self) -> "Course":
        """The forward pass."""
        return _forward(self._operations, self._sizes, self._saved)

    @cached_property
    def forward_alone(self) -> "Course":
        """The forward pass when nothing is kept for backward, as checkpointing runs it first."""
        return _forward(self._operations, self._sizes, set())

    @cached_property
    def recomputed(self) -> "Course":
        """The forward pass as checkpointing runs it again: it ends at the last operation that saves something."""
        end = 1 + max((n for n, operation in enumerate(self._operations) if operation.saves), default=-1)
        return _forward(self._operations, self._sizes, self._saved, end)

    @cached_property
    def waiting(self) -> Form:
        """Gradients that lie there while checkpointing runs the forward pass again.

        It does so when the first operation asks for what it saved; those behind it have been through by then.
        """
        return _Backward(self._operations, self._sizes, self._saved, accumulates=False, until_saved=True).waiting()

    @cached_property
    def backward(self) -> "Course":
        """The backward pass: it starts with everything saved and the gradient of the output present."""
        return _Backward(self._operations, self._sizes, self._saved, accumulates=False).course

    @cached_property
    def accumulating(self) -> "Course":
        """The backward pass that adds its gradients to those of earlier micro-batches."""
        return _Backward(self._operations, self._sizes, self._saved, accumulates=True).course


# The lives of tensors -----------------------------------------------------------------------------------------------


class Moment(NamedTuple):
    """What lives at one moment: constant + tokens x (token + seq x square) bytes.

    `gradients` are the parameter gradients in `constant`, made so far by this pass; `logits` the part of `token` that
    is logits and their gradients. Where gradients accumulate over micro-batches only those being made right now count:
    the sums that they are added to are there all the time.
    """

    constant: float
    token: float
    square: float
    gradients: float
    logits: float


Row = tuple[float, float, float, float, float]  # a Moment without its names: there are very many of them


def highest(moments: Iterable[Row]) -> list[Moment]:
    """The moments that no other one, or two others together, exceed at every batch and length."""
    falling = sorted(moments, reverse=True)
    if len({moment[2] for moment in falling}) == 1:
        return _envelope(list(map(Moment._make, _rising(falling))))
    kept: list[Row] = []
    for moment in falling:
        _, token, square, _, _ = moment
        # Sorted by the constant: those kept before are at least as large in it.
        for other in kept:
            if other[1] >= token and other[2] >= square:
                break
        else:
            kept.append(moment)
    named = list(map(Moment._make, kept))
    return _envelope(named) if len({moment.square for moment in named}) == 1 else named


def _rising(falling: Iterable[Row]) -> Iterator[Row]:
    """Of moments by falling constant, those that grow faster with the tokens than all before."""
    steepest = float("-inf")
    for moment in falling:
        if moment[1] > steepest:
            steepest = moment[1]
            yield moment


def _envelope(rising: list[Moment]) -> list[Moment]:
    """Of straight lines over the tokens, by falling constant and rising slope, those that are highest somewhere."""
    hull: list[Moment] = []
    for line in rising:
        while len(hull) > 1 and _meet(hull[-2], line) <= _meet(hull[-2], hull[-1]):
            hull.pop()
        hull.append(line)
    return hull


def _meet(flat: Moment, steep: Moment) -> float:
    """Number of tokens at which two lines are equally high."""
    return (flat.constant - steep.constant) / (steep.token - flat.token)


class Series(NamedTuple):
    """A running sum: which of `sizes` (symbol, factor) comes at each step, and after how many steps each moment is."""

    sizes: tuple[tuple[str, float], ...]
    steps: tuple[int, ...]
    moments: tuple[int, ...]

    def priced(self, units: Mapping[str, float]) -> Sequence[float]:
        """The sum at each moment; `units` says what one of each symbol counts."""
        if not self.steps:
            return (0.0,) * len(self.moments)
        prices = [factor * units[symbol] for symbol, factor in self.sizes]
        sums = list(accumulate(map(prices.__getitem__, self.steps), initial=0.0))
        return list(map(sums.__getitem__, self.moments))


class Course(NamedTuple):
    """The moments of a pass, as one running sum for each field of a Moment."""

    constant: Series
    token: Series
    square: Series
    gradients: Series
    logits: Series

    def priced(self, units: Mapping[str, float]) -> Iterator[Row]:
        """All moments in bytes; `units` says what one of each symbol counts."""
        return zip(*(series.priced(units) for series in self), strict=True)


@cache
def part_of(symbol: str) -> int:
    """What a symbol grows with: 0 nothing, 1 the tokens, 2 tokens x positions (scores, masks)."""
    if not symbol.startswith("tokens*"):
        return 0
    return 2 if symbol in ("tokens*scores", "tokens*positions") else 1


class _Life:
    """What is alive as a pass goes on, written down as a Course."""

    def __init__(self) -> None:
        self._alive: dict[int, Form] = {}
        self._parts: tuple[list[tuple[str, float]], ...] = ([], [], [])  # what came and went, by `part_of`
        self._grads: list[tuple[str, float]] = []  # of the first of these, the parameter gradients
        self._moments: list[list[int]] = []  # the lengths of these lists at each moment
        self._unwritten = False

    def put(self, key: int, size: Form) -> None:
        """`key` comes to life; nothing happens when it lives already."""
        if key not in self._alive:
            self._alive[key] = size
            self.come(size)

    def drop(self, key: int) -> None:
        """`key` dies, if it lives."""
        size = self._alive.pop(key, None)
        if size:
            self.go(size)

    def come(self, size: Form) -> None:
        """So many bytes more."""
        for step in size.items():
            self._parts[part_of(step[0])].append(step)

    def go(self, size: Form) -> None:
        """So many bytes less."""
        if self._unwritten:  # as long as nothing went, the next moment was no emptier
            self._write()
        for symbol, factor in size.items():
            self._parts[part_of(symbol)].append((symbol, -factor))

    def make(self, grads: Form) -> None:
        """Parameter gradients appear."""
        self.come(grads)
        self._grads += grads.items()

    def unmake(self, grads: Form) -> None:
        """Parameter gradients go."""
        self.go(grads)
        self._grads += times(grads, -1.0).items()

    def moment(self, beside: Form = NOTHING) -> None:
        """A moment to remember, with `beside` for just as long."""
        self._unwritten = True
        if beside:
            self.come(beside)
            self.go(beside)

    def course(self) -> Course:
        """What was written down."""
        if self._unwritten:
            self._write()
        at = list(zip(*self._moments, strict=True)) or [()] * 4
        constant, token, square = self._parts
        logits = [(symbol, factor if symbol == "tokens*vocab" else 0.0) for symbol, factor in token]
        steps = (constant, token, square, self._grads, logits)
        return Course(*map(_series, steps, (*at, at[1])))

    def _write(self) -> None:
        self._moments.append([len(steps) for steps in (*self._parts, self._grads)])
        self._unwritten = False


def _series(steps: Sequence[tuple[str, float]], moments: tuple[int, ...]) -> Series:
    numbers = {size: number for number, size in enumerate(dict.fromkeys(steps))}
    if not any(factor for _symbol, factor in numbers):
        return Series((), (), moments)
    return Series(tuple(numbers), tuple(map(numbers.__getitem__, steps)), moments)


def _forward(
    operations: Sequence[Operation], sizes: Mapping[int, Form], saved: set[int], end: int | None = None
) -> Course:
    """The forward pass: results live until their last use, saved ones on."""
    last_use = {value.storage: n for n, operation in enumerate(operations) for value in operation.takes}
    life = _Life()
    for n, operation in enumerate(operations[:end]):
        for value in (*operation.gives, *operation.saves):
            life.put(value.storage, sizes[value.storage])
        life.moment(operation.forward_work)
        for value in operation.takes:
            if last_use[value.storage] == n and value.storage not in saved:
                life.drop(value.storage)
    return life.course()


class _Backward:
    """The backward pass: operations in reverse, gradients and saved values freed as soon as they are used."""

    def __init__(
        self,
        operations: Sequence[Operation],
        sizes: Mapping[int, Form],
        saved: set[int],
        accumulates: bool,
        until_saved: bool = False,
    ) -> None:
        self._accumulates = accumulates
        self._life = _Life()
        for storage in saved:
            self._life.put(storage, sizes[storage])
        self._waiting = Counter([value.storage for operation in operations for value in operation.saves])
        self._gradient: dict[int, int] = {}  # value -> where its gradient lies
        self._holders: list[int] = []  # how many gradients lie at each place
        self._sizes: list[Form] = []  # and its bytes
        if operations:
            last = next(operation.gives[-1] for operation in reversed(operations) if operation.gives)
            self._set(last, self._store(last.size))
            self._life.moment()
        for operation in reversed(operations):
            if until_saved and operation.saves and any(value.id in self._gradient for value in operation.gives):
                break
            self._step(operation)
        self.course = self._life.course()

    def waiting(self) -> Form:
        """All gradients that are held."""
        return add(*(size for size, holders in zip(self._sizes, self._holders, strict=True) if holders))

    def _step(self, operation: Operation) -> None:
        pace.pause()
        incoming = [place for value in operation.gives if (place := self._gradient.pop(value.id, None)) is not None]
        if not incoming:
            return
        made = []
        for value in operation.takes:
            if value.grad:
                made.append((value, incoming[0] if operation.passes else self._store(value.size)))
                self._holders[made[-1][1]] += 1
        if operation.parameter_grads:
            self._life.make(operation.parameter_grads)
        self._life.moment(operation.work)
        if self._accumulates and operation.parameter_grads:
            self._life.unmake(operation.parameter_grads)
        for place in incoming:
            self._release(place)
        for value in operation.saves:
            self._waiting[value.storage] -= 1
            if not self._waiting[value.storage]:
                self._life.drop(value.storage)
        for value, place in made:
            if value.id in self._gradient:
                self._sum_up(value, place)
            else:
                self._gradient[value.id] = place

    def _sum_up(self, value: Value, place: int) -> None:
        """Two gradients meet: torch adds them into a new tensor, all three alive for that moment."""
        total = self._store(value.size)
        self._life.moment()
        self._release(self._gradient.pop(value.id))
        self._release(place)
        self._set(value, total)

    def _store(self, size: Form) -> int:
        self._sizes.append(size)
        self._holders.append(0)
        self._life.come(size)
        return len(self._sizes) - 1

    def _set(self, value: Value, place: int) -> None:
        self._gradient[value.id] = place
        self._holders[place] += 1

    def _release(self, place: int) -> None:
        self._holders[place] -= 1
        if not self._holders[place]:
            self._life.go(self._sizes[place])
