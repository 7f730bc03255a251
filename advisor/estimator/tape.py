"""A small autograd on paper: it records what a network runs, then says what lives at each moment of a training step.

Sizes are symbolic ("2 bytes per token and hidden unit"), so one recording serves every model of the same build. Rules
of life are torch's: a result lives until its last use or, when a backward formula needs it, until that formula ran;
gradients live from the operation that makes them to the one that takes them; two gradients of one value are summed
into a third.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

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

    @property
    def size(self) -> Form:
        """Bytes that a copy of it, such as its gradient, takes."""
        return times(self.elements, self.bytes)


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


class Moment(NamedTuple):
    """What lives at one moment, in bytes: tensors, parameter gradients made so far, and both together.

    Where gradients accumulate over micro-batches, `grads` are only those being made right now: the sums that they are
    added to are there all the time.
    """

    live: Form
    grads: Form
    total: Form


class Table(NamedTuple):
    """Moments as rows of numbers, so that many are priced at once.

    `symbols` are those of plain constants, of sizes per token, and of sizes per token and position; each row has
    three tuples of factors that belong to them.
    """

    symbols: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[tuple[float, ...], ...], ...]


def table(forms: Iterable[Form]) -> Table:
    """Linear forms as a table."""
    wanted = list(forms)
    parts: tuple[dict[str, None], ...] = ({}, {}, {})
    for form in wanted:
        for symbol in form:
            parts[part_of(symbol)][symbol] = None
    symbols = tuple(tuple(part) for part in parts)
    rows = tuple(tuple(tuple(form.get(symbol, 0.0) for symbol in part) for part in symbols) for form in wanted)
    return Table(symbols, rows)


def part_of(symbol: str) -> int:
    """What a symbol grows with: 0 nothing, 1 the tokens, 2 tokens x positions (scores, masks)."""
    if not symbol.startswith("tokens*"):
        return 0
    return 2 if symbol in ("tokens*scores", "tokens*positions") else 1


class Trace(NamedTuple):
    """What a recording keeps from forward to backward, and its fullest moments. The input itself is left out.

    `saves_input` says that backward needs the input too. `backward` starts with everything saved and the gradient of
    the output present; `grads` are all parameter gradients made.
    """

    saved: Form
    saves_input: bool
    forward: tuple[Moment, ...]
    backward: tuple[Moment, ...]
    grads: Form
    tables: tuple[Table, Table]  # the totals of the forward and of the backward moments


class Tape:
    """Records operations; `trace` then replays their lives."""

    def __init__(self) -> None:
        self._operations: list[Operation] = []
        self._count = 0

    def value(self, elements: Form, width: int, grad: bool) -> Value:
        """A new tensor that no operation made: the recording's input, or a constant."""
        self._count += 1
        return Value(self._count, elements, width, grad, self._count)

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
        inputs = tuple(takes)
        grad = bool(parameter_grads) or any(value.grad for value in inputs)
        result = self.value(elements, width, grad)
        if view:
            result = result._replace(storage=inputs[0].storage)
        kept = (*saves, *((result,) if saves_result else ())) if grad else ()
        self._operations.append(Operation(inputs, (result,), kept, passes, work, parameter_grads, forward_work))
        return result

    def halves(self, x: Value, elements: Form) -> tuple[Value, Value]:
        """Two views of `x`, one behind the other; their gradients are put together into one of `x`."""
        one, two = (self.value(elements, x.bytes, x.grad)._replace(storage=x.storage) for _ in range(2))
        self._operations.append(Operation((x,), (one, two), (), False, NOTHING, NOTHING, NOTHING))
        return one, two

    def trace(self, source: Value, *, stops_early: bool = False, accumulates: bool = False) -> Trace:
        """Replay the recording whose input is `source`.

        `stops_early` ends the forward pass at the last operation that saves something, as a recomputation does;
        `accumulates`: gradients are added to those of earlier micro-batches.
        """
        sizes = {source.storage: source.size}
        for operation in self._operations:
            for value in (*operation.takes, *operation.gives, *operation.saves):
                if value.storage == value.id:
                    sizes[value.id] = value.size
        sizes[source.storage] = NOTHING
        saved = {value.storage for operation in self._operations for value in operation.saves}
        backward = _Backward(self._operations, sizes, saved, accumulates)
        up = fullest(_forward(self._operations, sizes, saved, stops_early))
        down = fullest(backward.moments)
        return Trace(
            saved=add(*(sizes[storage] for storage in saved)),
            saves_input=source.storage in saved,
            forward=up,
            backward=down,
            grads=backward.grads,
            tables=(table(m.total for m in up), table(m.total for m in down)),
        )


class _Live:
    """What is alive, with its running total."""

    def __init__(self) -> None:
        self._sizes: dict[object, Form] = {}
        self._total: dict[str, float] = {}

    def put(self, key: object, size: Form) -> None:
        """`key` comes to life; nothing happens when it lives already."""
        if key not in self._sizes:
            self._sizes[key] = size
            self._count(size, 1.0)

    def drop(self, key: object) -> None:
        """`key` dies, if it lives."""
        size = self._sizes.pop(key, None)
        if size is not None:
            self._count(size, -1.0)

    def total(self, beside: Form) -> dict[str, float]:
        """The bytes alive now, and `beside` them."""
        return add({symbol: factor for symbol, factor in self._total.items() if factor}, beside)

    def _count(self, size: Form, sign: float) -> None:
        for symbol, factor in size.items():
            self._total[symbol] = self._total.get(symbol, 0.0) + sign * factor


def _forward(
    operations: list[Operation], sizes: Mapping[int, Form], saved: set[int], stops_early: bool
) -> list[Moment]:
    """The forward pass: results live until their last use, saved ones on."""
    last_use = {value.storage: n for n, operation in enumerate(operations) for value in operation.takes}
    end = len(operations)
    if stops_early:
        end = 1 + max((n for n, operation in enumerate(operations) if operation.saves), default=-1)
    moments = []
    live = _Live()
    for n, operation in enumerate(operations[:end]):
        for value in (*operation.gives, *operation.saves):
            live.put(value.storage, sizes[value.storage])
        size = live.total(operation.forward_work)
        moments.append(Moment(size, NOTHING, size))
        for value in operation.takes:
            if last_use[value.storage] == n and value.storage not in saved:
                live.drop(value.storage)
    return moments


class _Backward:
    """The backward pass: operations in reverse, gradients and saved values freed as soon as they are used."""

    def __init__(
        self, operations: list[Operation], sizes: Mapping[int, Form], saved: set[int], accumulates: bool
    ) -> None:
        self.moments: list[Moment] = []
        self.grads: Form = NOTHING
        self._accumulates = accumulates
        self._live = _Live()
        for storage in saved:
            self._live.put(storage, sizes[storage])
        self._waiting = Counter(value.storage for operation in operations for value in operation.saves)
        self._gradient: dict[int, int] = {}  # value -> where its gradient lies
        self._holders: Counter[int] = Counter()  # how many gradients lie there
        self._next = 0
        if operations:
            last = operations[-1].gives[-1]
            self._set(last, self._store(last.size))
            self._note(NOTHING, NOTHING)
        for operation in reversed(operations):
            self._step(operation)

    def _step(self, operation: Operation) -> None:
        incoming = [place for value in operation.gives if (place := self._gradient.pop(value.id, None)) is not None]
        if not incoming:
            return
        made = []
        for value in operation.takes:
            if value.grad:
                made.append((value, incoming[0] if operation.passes else self._store(value.size)))
                self._holders[made[-1][1]] += 1
        self.grads = add(self.grads, operation.parameter_grads)
        self._note(operation.work, operation.parameter_grads)
        for place in incoming:
            self._release(place)
        for value in operation.saves:
            self._waiting[value.storage] -= 1
            if not self._waiting[value.storage]:
                self._live.drop(value.storage)
        for value, place in made:
            self._accumulate(value, place)

    def _accumulate(self, value: Value, place: int) -> None:
        if value.id not in self._gradient:
            self._gradient[value.id] = place
            return
        # Two gradients meet: torch adds them into a new tensor, all three alive for that moment.
        total = self._store(value.size)
        self._note(NOTHING, NOTHING)
        self._release(self._gradient.pop(value.id))
        self._release(place)
        self._set(value, total)

    def _store(self, size: Form) -> int:
        self._next += 1
        self._live.put(("gradient", self._next), size)
        return self._next

    def _set(self, value: Value, place: int) -> None:
        self._gradient[value.id] = place
        self._holders[place] += 1

    def _release(self, place: int) -> None:
        self._holders[place] -= 1
        if self._holders[place] <= 0:
            self._live.drop(("gradient", place))

    def _note(self, work: Form, making: Form) -> None:
        live = self._live.total(work)
        grads = making if self._accumulates else self.grads
        self.moments.append(Moment(live, grads, add(live, grads)))


def fullest(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """The moments that can be the fullest for some model: those that no other one covers symbol by symbol."""
    # Neighbours differ by one operation and mostly cover each other: they go first, it spares most comparisons.
    rising: list[Moment] = []
    for moment in moments:
        if rising and _covers(rising[-1], moment):
            continue
        if rising and _covers(moment, rising[-1]):
            rising.pop()
        rising.append(moment)
    kept: list[Moment] = []
    # Whatever covers a moment has a larger sum of factors: looking at those before it is enough.
    for moment in sorted(rising, key=lambda moment: -sum(moment.total.values())):
        if not any(_covers(other, moment) for other in kept):
            kept.append(moment)
    return tuple(kept)


def _covers(one: Moment, other: Moment) -> bool:
    have = one.total.get
    return not any(have(symbol, 0.0) < factor - 1e-9 for symbol, factor in other.total.items())
