"""For each exception of the standard library's clients a rule that provokes it: ``docs/faults.md`` is made from it."""
