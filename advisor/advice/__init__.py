"""Advice: from the estimates of the whole catalogue to what the owner of a machine should know."""

from advisor.advice import words
from advisor.advice.bottleneck import bottleneck
from advisor.advice.cloud import cloud_plans
from advisor.advice.distributed import clusters, stages
from advisor.advice.picks import NETWORK_USES, picks
from advisor.advice.result import Advice, Fit, Unusable
from advisor.advice.scenarios import scenarios
from advisor.advice.survey import Survey, decode, largest, needed, survey, works
from advisor.advice.techniques import techniques, waterfalls
from advisor.advice.tier import tier
from advisor.advice.training import as_picks, training_plans
from advisor.advice.upgrades import upgrades
from advisor.estimator.result import VERDICTS
from advisor.i18n import N_, Translator
from advisor.machine import Machine, Origin
from advisor.settings import Budget
from advisor.words import clauses, titled
from advisor.workload import METHODS, Workload

__all__ = ["Advice", "advise", "advise_survey", "headlines"]


def advise(machine: Machine, workload: Workload, budget: Budget = "free", language: str = "en") -> Advice:
    """All advice for `machine` with the settings of `workload`: some thousand estimates, a fraction of a second.

    `language` is the reader's: models that list it are picked first.
    """
    return advise_survey(survey(machine, workload, budget), language)


def advise_survey(found: Survey, language: str = "en") -> Advice:
    """The advice that follows from estimates that are already there."""
    plans = training_plans(found, language)
    chosen = as_picks(picks(found, language), plans)
    cloud = cloud_plans(found, language=language)
    return Advice(
        workload=found.workload,
        budget=found.budget,
        tier=tier(found),
        unusable=_unusable(found.machine),
        fits=tuple(_fit(found, i) for i in range(len(METHODS))),
        picks=chosen,
        cloud=cloud,
        upgrades=upgrades(found, chosen),
        techniques=techniques(found, chosen, cloud),
        scenarios=scenarios(found, chosen, cloud),
        bottleneck=bottleneck(found.machine, found.budget),
        training=plans,
        stages=stages(found, plans, cloud),
        clusters=clusters(found, plans, cloud),
        waterfalls=waterfalls(found, chosen),
    )


def headlines(advice: Advice, _: Translator) -> list[str]:
    """The advice in a few lines of plain text: the tier, what cannot be used, what to try first."""
    lines = [titled(_, _(words.TIERS[advice.tier.code]), _(words.TIER_SENTENCES[advice.tier.code]))]
    if advice.tier.code == "unknown" and (sentence := words.fitting(advice, _)):
        lines.append(sentence)
    for gpu in advice.unusable:
        lines.append(_("{name} cannot be used: {reason}", name=gpu.name, reason=words.reason(_, gpu.reason)))
    for pick in advice.picks:
        if pick.use in (*NETWORK_USES, "lora", "qlora"):
            continue
        memory, speed = needed(pick.estimate), decode(pick.estimate)
        figures = [_.gib(memory), _("speed unknown") if speed is None else _.tokens_per_second(speed)]
        model = _("{model} ({figures})", model=pick.estimate.model.name, figures=clauses(_, figures))
        lines.append(titled(_, _(words.USES[pick.use]), model))
    return lines


def _unusable(machine: Machine) -> tuple[Unusable, ...]:
    return tuple(
        Unusable(f"gpu{i}", gpu.name or gpu.pci_id or f"GPU {i}", _reason(gpu.origins.get("usable")))
        for i, gpu in enumerate(machine.gpus)
        if gpu.usable is False
    )


def _reason(origin: Origin | None) -> Origin:
    return origin or Origin("unknown", N_("no reason recorded"))


def _fit(found: Survey, column: int) -> Fit:
    method = METHODS[column]
    answers = found.estimates[method]
    counts = {verdict: sum(a.verdict == verdict for a in answers) for verdict in VERDICTS}
    return Fit(method, counts, largest(answers, works))
