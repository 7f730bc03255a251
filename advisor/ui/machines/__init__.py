"""Which machine is shown: this one, one with other parts, another one."""
