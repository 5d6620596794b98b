"""Faults: rules that say where and when something goes wrong, and what."""

from sandbox.faults.engine import Faults
from sandbox.faults.point import CONNECT, Point
from sandbox.faults.rule import FaultsSection, Rule

__all__ = ["CONNECT", "Faults", "FaultsSection", "Point", "Rule"]
