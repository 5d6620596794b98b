"""How quick the sandbox is beside its peers, in one run on one machine: ``python -m benchmarks [name …]``."""
