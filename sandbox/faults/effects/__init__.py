"""The effects: one small file for each kind."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from sandbox.faults.effects.bandwidth import Bandwidth
from sandbox.faults.effects.corrupt import Corrupt
from sandbox.faults.effects.delay import Delay
from sandbox.faults.effects.disconnect import Disconnect, HalfClose, Reset
from sandbox.faults.effects.effect import Effect, StreamEffect
from sandbox.faults.effects.expunge import Expunge
from sandbox.faults.effects.latency import Latency
from sandbox.faults.effects.limit import Limit
from sandbox.faults.effects.miscount import Miscount
from sandbox.faults.effects.new_uid_validity import NewUidValidity
from sandbox.faults.effects.refuse_port import RefusePort
from sandbox.faults.effects.reply import Reply
from sandbox.faults.effects.silence import Silence
from sandbox.faults.effects.slicer import Slicer
from sandbox.faults.effects.slow_close import SlowClose

#: One of the effects. A new one is a file of this folder and a name here.
AnyEffect: TypeAlias = Annotated[
    Bandwidth
    | Corrupt
    | Disconnect
    | RefusePort
    | NewUidValidity
    | Miscount
    | Expunge
    | Delay
    | HalfClose
    | Latency
    | Limit
    | Reply
    | Reset
    | Silence
    | Slicer
    | SlowClose,
    Field(discriminator="kind"),
]

__all__ = ["AnyEffect", "Effect", "StreamEffect"]
