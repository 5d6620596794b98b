"""Patterns in queries: those of fault rules, but for brackets, which subjects have."""

from __future__ import annotations

from sandbox.faults import pattern as rules
from sandbox.faults.pattern import Pattern

__all__ = ["Pattern", "fits"]


def fits(pattern: str | None, text: str) -> bool:
    """Whether a text fits; every text fits no pattern at all. ``[Shop]*`` means a text that begins with a bracket."""
    if pattern is None:
        return True
    is_expression = len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/")
    return rules.fits(pattern if is_expression else pattern.replace("[", "[[]"), text)
