"""The words of a sans-I/O protocol automaton: bytes in, actions out. Standard library only."""

from sandbox.sansio.actions import Action, Actions, Close, Send, SetTimer, StartTls, WhenDrained
from sandbox.sansio.bursts import MAX_BURST, MAX_STEPS, BurstCore
from sandbox.sansio.core import Core
from sandbox.sansio.lines import LineBuffer, LineTooLongError

__all__ = [
    "MAX_BURST",
    "MAX_STEPS",
    "Action",
    "Actions",
    "BurstCore",
    "Close",
    "Core",
    "LineBuffer",
    "LineTooLongError",
    "Send",
    "SetTimer",
    "StartTls",
    "WhenDrained",
]
