"""Asking a sandbox what happened: queries over the timeline and the stores, waits, and what is said when they fail."""

from sandbox.observation.errors import Unexpected, WaitTimeout
from sandbox.observation.observer import Observer
from sandbox.observation.order import Step, called, mailed, noted, requested, stored
from sandbox.observation.query import Query
from sandbox.observation.world import World

__all__ = [
    "Observer",
    "Query",
    "Step",
    "Unexpected",
    "WaitTimeout",
    "World",
    "called",
    "mailed",
    "noted",
    "requested",
    "stored",
]
