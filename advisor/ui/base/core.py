"""The window's way to catalogue and estimator, which load after the first paint."""

from collections.abc import Sequence

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.workload import Workload


class Core:
    """The real catalogue and the one estimator; a test may give another."""

    def models(self) -> Sequence[Model]:
        """The catalogue, with all that the first estimates will need imported."""
        from advisor.catalog import models
        from advisor.estimator import estimate, tensors

        found = models.catalogue()
        for model in found:
            tensors.parameters(model)
        assert estimate is not None
        return found

    def parameters(self, model: Model) -> int:
        """All parameters of a model."""
        from advisor.estimator.tensors import parameters

        if model.parameter_bounds is not None:  # 0 where nothing at all is known of them
            return model.parameter_bounds[1]
        return parameters(model)

    def estimate(self, machine: Machine, model: Model, workload: Workload, budget: Budget) -> Estimate:
        """One answer."""
        from advisor.estimator.estimate import estimate

        return estimate(machine, model, workload, budget)

    def quick(self, model: Model, workload: Workload) -> bool:
        """Whether that answer takes a millisecond or so; else up to a tenth of a second."""
        from advisor.estimator.estimate import quick

        return quick(model, workload)
