"""The small autograd on paper follows torch's rules of life."""

from advisor.estimator.tape import Course, Moment, Tape, Trace, add, times

T = {"tokens*hidden": 1.0}


SYMBOLS = ("tokens*hidden", "tokens*rank", "tokens*vocab", "tokens*scores", "hidden*hidden")


def priced(course: Course, symbol: str) -> list[Moment]:
    """The moments where only `symbol` counts."""
    return [Moment(*row) for row in course.priced({name: float(name == symbol) for name in SYMBOLS})]


def most(course: Course, symbol: str = "tokens*hidden") -> float:
    return max(moment.constant + moment.token + moment.square for moment in priced(course, symbol))


def test_a_value_lives_until_its_last_use() -> None:
    """Three casts in a row never have more than two results alive."""
    tape = Tape()
    x = tape.value(T, 2, True)
    for _ in range(3):
        x = tape.run((x,), T, 4)
    source = tape.value(T, 2, True)
    assert most(Trace(tape, source).forward) == 8


def test_saved_values_stay_and_are_counted_once() -> None:
    """A value that two operations save takes its bytes once; the input is told apart."""
    tape = Tape()
    x = tape.value(T, 2, True)
    y = tape.run((x,), T, 4, saves=(x,))
    z = tape.run((y,), T, 4, saves=(y,))
    tape.run((z, y), T, 4, saves=(z, y))
    trace = Trace(tape, x)
    assert trace.kept.size == {"tokens*hidden": 8.0}
    assert trace.kept.input


def test_views_share_memory() -> None:
    """Saving both halves of a tensor keeps the tensor once; their gradients are put together into a new one."""
    tape = Tape()
    x = tape.value(T, 2, True)
    both = tape.run((x,), times(T, 2), 2)
    one, two = tape.halves(both, T)
    tape.run((one, two), T, 2, saves=(one, two))
    trace = Trace(tape, x)
    assert trace.kept.size == {"tokens*hidden": 4.0}
    assert most(trace.backward) == 4 + 2 + 4  # saved, the incoming gradient, one gradient for each half


def test_two_gradients_of_a_value_are_summed_into_a_third() -> None:
    """At that moment all three are alive."""
    tape = Tape()
    x = tape.value(T, 4, True)
    y = tape.run((x,), T, 4)
    z = tape.run((x,), T, 4)
    tape.run((y, z), {"tokens*rank": 1.0}, 4)
    assert most(Trace(tape, x).backward) == 3 * 4


def test_a_residual_connection_makes_no_new_gradient() -> None:
    """Adding passes the gradient on as it is."""
    tape = Tape()
    x = tape.value(T, 4, True)
    y = tape.run((x,), T, 4)
    tape.run((x, y), T, 4, passes=True)
    trace = Trace(tape, x)
    assert trace.kept.size == {}
    assert most(trace.backward) == 3 * 4  # the passed one, the one through y, and their sum


def test_nothing_is_saved_where_no_gradient_flows() -> None:
    """Frozen parts below the first trainable one keep nothing."""
    tape = Tape()
    x = tape.value(T, 4, False)
    y = tape.run((x,), T, 4, saves=(x,))
    tape.run((y,), T, 4, saves=(y,), parameter_grads={"hidden*hidden": 4.0})
    trace = Trace(tape, x)
    assert trace.kept.size == {"tokens*hidden": 4.0}
    assert not trace.kept.input
    assert trace.grads == {"hidden*hidden": 4.0}


def test_what_is_kept_without_a_gradient_of_the_input() -> None:
    """A recording made with such a gradient tells what one made without it keeps."""
    kept = []
    for grad in (True, False):
        tape = Tape()
        x = tape.value(T, 4, grad)
        y = tape.run((x,), T, 4, saves=(x,))
        z = tape.run((y,), T, 2, saves=(y,), parameter_grads={"hidden*hidden": 4.0})
        tape.run((z,), T, 2, saves_result=True)
        kept.append(Trace(tape, x))
    assert kept[0].kept_at_bottom == kept[1].kept != kept[0].kept


def test_recomputation_stops_at_the_last_saved_value() -> None:
    """What comes after the last operation that saves is not run again."""
    tape = Tape()
    x = tape.value(T, 2, True)
    y = tape.run((x,), T, 2, saves=(x,))
    tape.run((y,), times(T, 100), 2)
    assert most(Trace(tape, x).forward) == 202
    assert most(Trace(tape, x).recomputed) == 2


def test_accumulation_counts_only_the_gradient_being_made() -> None:
    """From the second micro-batch on the sums exist already; each new gradient is added to its sum and dies."""
    tape = Tape()
    x = tape.value(T, 4, True)
    for _ in range(3):
        x = tape.run((x,), T, 4, parameter_grads={"hidden*hidden": 4.0})
    trace = Trace(tape, x)
    assert most(trace.backward, "hidden*hidden") == 12
    assert most(trace.accumulating, "hidden*hidden") == 4
    assert max(moment.gradients for moment in priced(trace.accumulating, "hidden*hidden")) == 4


def test_a_layer_runs_again_when_something_saved_is_asked_for() -> None:
    """The casts behind the last product are through by then: their gradient waits beside that of the output."""
    tape = Tape()
    x = tape.value(T, 2, True)
    product = tape.run((x,), T, 2, saves=(x,))
    tape.run((tape.run((product,), T, 4),), T, 2)
    # The output's gradient (2) became one in fp32 (4), which the cast makes one in 16 bits (2) for the product.
    assert Trace(tape, x).waiting == {"tokens*hidden": 2.0}
    branch = Tape()
    x = branch.value(T, 2, True)
    product = branch.run((x,), T, 2, saves=(x,))
    branch.run((x, branch.run((product,), T, 4)), T, 2, passes=True)
    # A residual connection: the output's gradient is x's too, and stays beside the product's.
    assert Trace(branch, x).waiting == {"tokens*hidden": 4.0}


def test_moments_tell_logits_and_scores_apart() -> None:
    """Logits are a part of what grows with the tokens; scores grow with tokens and positions."""
    tape = Tape()
    x = tape.value(T, 2, True)
    scores = tape.run((x,), {"tokens*scores": 1.0}, 4, saves_result=True)
    logits = tape.run((scores,), {"tokens*vocab": 1.0}, 4, saves_result=True)
    tape.run((logits,), {}, 4, saves=(logits,))
    trace = Trace(tape, x)
    assert max(moment.square for moment in priced(trace.forward, "tokens*scores")) == 4
    fullest = max(priced(trace.backward, "tokens*vocab"))
    assert fullest.logits == fullest.token == 8  # they and their gradient


def test_sums_of_forms() -> None:
    """Linear forms add symbol by symbol."""
    assert add({"a": 1.0}, {"a": 2.0, "b": 3.0}) == {"a": 3.0, "b": 3.0}
