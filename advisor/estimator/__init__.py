"""(Machine, Model, Workload) -> Estimate: tensors, inference, training, speed, placement. Pure arithmetic."""
