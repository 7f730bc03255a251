"""Fine-tunings that are out of reach here, on rented GPUs: which card costs least, how long, what buying would cost."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from advisor.advice.plans import Purchase
from advisor.advice.result import CloudPlan
from advisor.advice.survey import Survey, hours, power, speaks
from advisor.advice.training_rules import Provider, Target, cloud_rules
from advisor.advice.training_search import best_here, tuned
from advisor.catalog.gpus import find_gpu
from advisor.catalog.model import Model
from advisor.catalog.prices import CloudPrice, cloud_prices
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.workload import Workload, for_method


def cloud_plans(found: Survey, today: date | None = None, language: str = "en") -> tuple[CloudPlan, ...]:
    """The cheapest rented card for each target that this machine cannot do within a day.

    `language` is the reader's: models that list it come first.
    """
    day = today or date.today()
    wanted = ((model, target) for target in cloud_rules().targets if (model := _model(found, target, language)))
    plans = (_cheapest(model, for_method(found.workload, target.method), day) for model, target in wanted)
    return tuple(plan for plan in plans if plan is not None)


def providers(language: str) -> tuple[Provider, ...]:
    """Clouds to name to a reader of `language`: those of China to readers of Chinese."""
    return cloud_rules().providers if language.lower().startswith("zh") else ()


def unsuitable(language: str) -> tuple[Provider, ...]:
    """Clouds that are named for this now and then and cannot do it."""
    return cloud_rules().unsuitable if language.lower().startswith("zh") else ()


def _model(found: Survey, target: Target, language: str) -> Model | None:
    """The most powerful dense model for talk of that size, a mixture of experts is rarely fine-tuned; None where there
    is none, or where this machine trains it within a day.
    """
    answers = [
        a for a in found.estimates[target.method]
        if target.low <= a.parameters <= target.high
        and a.memory is not None and a.model.kind == "chat" and a.model.moe is None and a.model.linear is None
    ]  # fmt: skip
    best = max(answers, key=lambda a: (speaks(a.model, language), power(a.model)), default=None)
    return None if best is None or _easy(found, best) else best.model


def _easy(found: Survey, answer: Estimate) -> bool:
    here = best_here(found.machine, found.budget, answer.model, answer.workload, tight=True)
    time = hours(here) if here is not None else None
    return time is not None and time <= cloud_rules().easy_hours


def _cheapest(model: Model, workload: Workload, today: date) -> CloudPlan | None:
    """The card on which the job costs least, by the middles of hours and price, among those that hold it with room to
    spare: nobody rents a card to find out whether the job just fits. Recent prices go before old and undated ones.
    """
    offers = []
    for price, machine in _rentable():
        answer = best_here(machine, "total", model, workload)
        time = hours(answer) if answer is not None else None
        if answer is not None and time is not None:
            offers.append((not _recent(price), time * price.middle, price, machine, answer))
    if not offers:
        return None
    _, _, price, machine, answer = min(offers, key=lambda offer: offer[:2])
    return _plan(price, tuned(machine, "total", answer, workload), today)


def _plan(price: CloudPrice, answer: Estimate, today: date) -> CloudPlan:
    low, high = price.low_usd_per_hour, price.high_usd_per_hour
    time = answer.training.hours if answer.training is not None else None
    cost = None if time is None else (time.low * low, time.high * high)
    return CloudPlan(
        price.gpu, answer, (low, high), cost, price.date, price.source, price.stale(today), _purchase(price)
    )


def _purchase(price: CloudPrice) -> Purchase | None:
    """What shops ask for the card, else its price at launch; None where neither is known."""
    shop = next((card for card in cloud_rules().cards if card.gpu == price.gpu), None)
    if shop is not None:
        return Purchase((shop.low, shop.high), shop.date, False, shop.source, _rent(price, shop.low, shop.high))
    spec = find_gpu(price.gpu)
    usd, year = spec.launch_price_usd, spec.year
    if usd is None:
        return None
    source = spec.launch_price_source or spec.source
    return Purchase((usd, usd), None if year is None else str(year), True, source, _rent(price, usd, usd))


def _rent(price: CloudPrice, low: float, high: float) -> tuple[float, float]:
    return low / price.high_usd_per_hour, high / price.low_usd_per_hour


def _recent(price: CloudPrice) -> bool:
    return price.known_by is not None and price.known_by >= _newest() - timedelta(days=cloud_rules().recent_days)


@cache
def _newest() -> date:
    return max((price.known_by for price in cloud_prices() if price.known_by is not None), default=date.min)


@cache
def _rentable() -> Sequence[tuple[CloudPrice, Machine]]:
    """Every GPU of the price list as a machine, at its newest price; of prices of one day the lowest."""
    newest: dict[str, CloudPrice] = {}
    for price in cloud_prices():
        known = newest.get(price.gpu)
        if known is None or _freshness(price) > _freshness(known):
            newest[price.gpu] = price
    return tuple(_machines(newest.values()))


def _freshness(price: CloudPrice) -> tuple[date, float]:
    return price.known_by or date.min, -price.middle


def _machines(prices: Iterable[CloudPrice]) -> Iterator[tuple[CloudPrice, Machine]]:
    for price in prices:
        try:
            yield price, assemble(None, gpu=price.gpu, gpu_count=1, cpu=None, ram_gib=cloud_rules().ram_gib)
        except UserError:  # a price for a card that the catalogue does not know
            continue
