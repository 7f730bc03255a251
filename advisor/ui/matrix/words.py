"""What the matrix says: headings of its columns, cells and groups for ears, tool tips."""

from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.result import Estimate
from advisor.i18n import N_, Translator
from advisor.ui.base import texts
from advisor.ui.base.columns import Column
from advisor.ui.base.own_text import origin_text
from advisor.ui.base.state import State
from advisor.ui.matrix import order
from advisor.ui.matrix.filters import OWN, SIZES
from advisor.ui.matrix.groups import Group
from advisor.ui.matrix.order import Order
from advisor.words import clauses

# What the name's heading says of the order; the others have a column whose arrow shows it.
_NAME_HEADINGS = {
    order.BEST: N_("Model, best fit first"),
    order.NAME: N_("Model, by name"),
    order.SIZE: N_("Model, by size"),
}
WHAT_IS_BEST = N_(
    "What fits with room to spare comes first: at reading pace the largest model, then the slower ones. "
    "Then what is tight, what needs RAM beside the graphics card, what does not fit."
)


def name_heading(_: Translator, by: Order, compact: bool) -> str:
    """The heading of the names; it tells the order where no other heading shows it."""
    if by.by == order.BEST or compact:
        return _(_NAME_HEADINGS.get(by.by, N_("Model")))
    return _("Model")


def heading_tip(_: Translator, heading: str, column: Column | None) -> str:
    """What a heading's column is, and what a click on it does."""
    if column is None:
        return "\n".join((_(WHAT_IS_BEST), _("Click: sort by this; a third click: best fit first again")))
    return "\n".join((heading, _("Click: sort by this; a third click: best fit first again")))


def group_title(_: Translator, group: Group) -> str:
    """A group's name: a family's own, or a size in words."""
    if group.key == OWN or any(group.title == size.text for size in SIZES):
        return _(group.title)
    return group.title


def group_count(_: Translator, count: int | None, group: Group) -> str:
    """How many of a group run."""
    return "…" if count is None else _("{count} of {all}", count=count, all=len(group.models))


def group_spoken(_: Translator, group: Group, closed: bool, heading: str, count: int | None) -> str:
    """A group's cell for ears."""
    title = group_title(_, group)
    if heading:
        said = _("{count} of {all} run here", count="?" if count is None else count, all=len(group.models))
        return clauses(_, (title, heading, said))
    state = _("folded up") if closed else _("unfolded")
    return clauses(_, (_("Group {name}", name=title), _("{count} models", count=len(group.models)), state))


def group_tip(_: Translator, group: Group, closed: bool, heading: str, count: int | None) -> str:
    """A group's tool tip."""
    what = _("Click, Enter, Left and Right fold the group up and unfold it")
    return "\n".join((group_spoken(_, group, closed, heading, count), what))


def model_tip(state: State, model: Model, parameters: int, suggested: str = "") -> str:
    """All that is known of a model; `suggested` is what the advice picked it for."""
    _ = state.tr_
    facts = [model.name, _.parameters(parameters or None), model.family, model.licence or ""]
    if model in state.own_models:
        facts.append(origin_text(_, model, state.own_models[model]))
        facts += [model.source, model.count_note]
    if model.max_context:
        facts.append(_("context up to {count}", count=_.integer(model.max_context)))
    if suggested:
        facts.append(_("Pick of the advice: {uses}", uses=suggested))
    starred = model.id in state.choices.favourites
    facts.append(_("The star takes it out of the favourites") if starred else _("The star makes it a favourite"))
    return "\n".join(filter(None, facts))


def cell_tip(_: Translator, model: Model, heading: str, estimate: Estimate, same: bool) -> str:
    """A cell's tool tip: verdict, memory and speed with their bands, and what can be done."""
    lines = [texts.tip(_, model.name, heading, estimate)]
    if same:
        lines.append(_("This network has no quantisations here: all columns that run it say the same"))
    lines.append(_("Click: its memory and settings. Double click or Enter: the formulas"))
    return "\n".join(lines)


def says_the_same(model: Model, estimate: Estimate, first: Estimate | None) -> bool:
    """Whether a network's cell would only repeat that of the first column that runs it."""
    if not isinstance(model, Network) or first is None or estimate is first:
        return False
    return (estimate.memory, estimate.verdict, estimate.speed) == (first.memory, first.verdict, first.speed)
