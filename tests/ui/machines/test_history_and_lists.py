"""What stands in the list of machines, what a search finds in it, and the ways back."""

from PySide6.QtCore import QObject

from advisor.advice.compared import Compared, sentence
from advisor.catalog.builds import builds
from advisor.catalog.whatif import assemble
from advisor.dumps.kinds import kinds
from advisor.dumps.missing import FACTS, missing
from advisor.estimator.result import Estimate
from advisor.i18n import translator
from advisor.machine import Cpu, Gpu, Machine, Memory, MemoryModule
from advisor.settings import Settings
from advisor.ui.base.state import State
from advisor.ui.base.wish import Wish, merged, modules_text, wish_name
from advisor.ui.machines import memory_choices, shelf
from advisor.ui.machines.before import change
from advisor.ui.machines.history import History, Shown
from advisor.workload import Workload
from tests.ui.helpers import GIB, MACHINE, FewModels

_ = translator("en")


def test_each_machine_stands_once_and_models_do_not() -> None:
    """A what-if that is a typical computer or is kept is not listed again; a model's file is no machine."""
    title = builds()[0].title(_)
    before = [Shown(MACHINE, title), Shown(MACHINE, "Box"), Shown(MACHINE, "Test Box + 64 GiB RAM")]
    files = ("/a/lspci.txt\n/a/free.txt", "/b/model.GGUF", "/b/config.json")
    listed = shelf.entries(_, ("Box",), builds(), before, files)
    titles = [one.title for one in listed]
    assert len(set(titles)) == len(titles)
    assert [one.title for one in listed if one.section == "before"] == ["Test Box + 64 GiB RAM"]
    assert [one.title for one in listed if one.section == "file"] == ["lspci.txt + free.txt"]
    assert listed[0].section == "own"
    sections = [one.section for one in listed]
    assert sorted(sections, key=list(shelf.SECTIONS).index) == sections
    assert [one.title for one in shelf.found(listed, "rtx 4090")] == ["Desktop · GeForce RTX 4090 · 64 GiB"]
    assert shelf.found(listed, "no such machine") == []


def test_a_commands_letter_is_not_part_of_its_name() -> None:
    """In both languages; a name's own ampersand stays."""
    assert shelf.plain("Another &GPU, processor or memory …") == "Another GPU, processor or memory …"
    assert shelf.plain("收藏这台机器(&K)…") == "收藏这台机器…"
    assert shelf.plain("AT&&T R&&D") == "AT&T R&D"


def test_back_and_flip_retrace_what_was_shown() -> None:
    """Back goes through all that was shown; flip to and fro between this computer and the last what-if."""
    state, parent = State(Workload(), Settings(), "en"), QObject()
    state.set_own(MACHINE)
    history = History(state, parent)
    one, two = Machine(source="catalogue"), Machine(source="catalogue")
    history.flip()  # there is no what-if yet
    state.show_machine(one, "one")
    state.show_machine(two, "two")
    flipped = []
    for _again in range(2):
        history.flip()
        flipped.append(state.machine)
    assert flipped == [MACHINE, two]
    for expected in (None, "two", "one", None):
        history.back()
        assert state.what_if == expected
    assert not history.can_go_back
    assert [shown.name for shown in history.what_ifs] == ["two", "one"]


def test_what_is_tried_out_leaves_no_trace() -> None:
    """While held nothing is noted; what is shown when it is let go counts once."""
    state, parent = State(Workload(), Settings(), "en"), QObject()
    state.set_own(MACHINE)
    history = History(state, parent)
    history.hold(True)
    for name in ("a", "b", "c"):
        state.show_machine(Machine(source="catalogue"), name)
    history.hold(False)
    assert [shown.name for shown in history.what_ifs] == ["c"]
    history.back()
    assert state.machine is MACHINE


def test_memory_is_offered_as_modules_of_the_boards_kind() -> None:
    """One module: another beside it comes first; full slots: larger ones instead; soldered memory: nothing."""
    module = MemoryModule(slot="DIMM 0", size_bytes=8 * GIB, kind="DDR4", speed_mts=3200)
    memory = Memory(total_bytes=8 * GIB, kind="DDR4", speed_mts=3200, channels=1, modules=(module,))
    laptop = Machine(chassis="laptop", cpu=Cpu(name="Core i5-1135G7"), memory=memory)
    offered = memory_choices.choices(laptop)
    assert list(offered[0].modules) == [8, 8]
    assert offered[0].text(_) == "one more module of 8 GiB (16 GiB in all)"
    assert all(len(one.modules) <= 2 for one in offered)
    assert memory_choices.slots_text(_, laptop) == "DIMM 0: 8 GiB DDR4-3200"
    soldered = Machine(memory=Memory(total_bytes=8 * GIB, kind="LPDDR4X"))
    assert not memory_choices.choices(soldered)
    unknown = memory_choices.choices(Machine(memory=Memory(total_bytes=16 * GIB)))
    assert [one.gib for one in unknown] == [32, 64, 128]


def test_memory_can_be_typed_as_a_size_or_as_modules() -> None:
    """A number alone is a size, never a count of modules."""
    assert memory_choices.typed("32") == (32.0, ())
    assert memory_choices.typed(" 16 GiB ") == (16.0, ())
    assert memory_choices.typed("2 × 16") == (None, (16.0, 16.0))
    assert memory_choices.typed("8+4") == (None, (8.0, 4.0))
    assert memory_choices.typed("") == (None, ())
    assert modules_text(_, (8.0, 4.0)) == "8 + 4 GiB"


def test_wishes_add_up() -> None:
    """A later card replaces an earlier one, memory stays; the name tells all of it."""
    both = merged(Wish("A", 2, None, None, True), Wish(None, 1, "C", None, False, (16.0, 16.0)))
    assert both == Wish("A", 2, "C", None, True, (16.0, 16.0))
    assert merged(both, Wish("B", 1, None, 64.0)) == Wish("B", 1, "C", 64.0)
    assert wish_name(_, both) == "2 × A + C + 2 × 16 GiB RAM"
    assert Wish(None, 3, None, None).empty


def test_a_dump_of_cards_alone_asks_for_the_rest() -> None:
    """Memory and processor are missed, with programs whose output is recognised; a whole machine misses nothing."""
    absent = missing(Machine(source="dump", gpus=(Gpu(name="GeForce RTX 4090", kind="discrete", vram_bytes=24 * GIB),)))
    assert [one.fact for one in absent][:2] == ["cpu", "memory"]
    assert {one.fact for one in absent} <= set(FACTS)
    known = {kind.name for kind in kinds()}
    assert all(program in known for one in absent for program in one.programs)
    assert missing(MACHINE) == ()


def test_a_cell_is_better_by_verdict_then_by_speed() -> None:
    """Room counts before speed; small differences and unknowns are no change."""
    core = FewModels()
    model = core.models()[0]
    slow = core.estimate(MACHINE, model, Workload(), "free")
    card = assemble(MACHINE, gpu="GeForce RTX 4090", cpu=None, ram_gib=None)
    fast = core.estimate(card, model, Workload(), "free")
    none = core.estimate(Machine(memory=Memory(total_bytes=1, available_bytes=1)), model, Workload(), "free")
    assert change(slow, fast) == "better"
    assert change(fast, slow) == "worse"
    assert change(slow, slow) is None
    assert (none.verdict, change(slow, none), change(none, slow)) == ("no", "worse", "better")
    unknown: Estimate = core.estimate(Machine(), model, Workload(), "free")
    assert unknown.verdict == "unknown"
    assert change(slow, unknown) is None
    assert change(None, slow) is None


def test_gains_and_losses_stand_in_one_sentence() -> None:
    """Both signs for one kind of work, nothing for what does not change."""
    assert (
        sentence(_, Compared(151, 2, 0, 7, 1.9, "x")) == "+151 / −2 models run, −7 can be fine-tuned, 1.9 times as fast"
    )
    assert sentence(_, Compared(0, 0, 0, 0, 1.01, "x")) == "runs and fine-tunes the same models"
