"""The memory of the selected cell: bar, legend, curve, and what each technique saves."""
