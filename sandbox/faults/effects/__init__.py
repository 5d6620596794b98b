"""The effects: one small file for each kind."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from sandbox.faults.effects.answer import Answer
from sandbox.faults.effects.bad_chunk import BadChunk
from sandbox.faults.effects.bandwidth import Bandwidth
from sandbox.faults.effects.broken_tls import BrokenTls
from sandbox.faults.effects.call_fault import CallFault, MalformedXml
from sandbox.faults.effects.corrupt import Corrupt
from sandbox.faults.effects.datagrams import Drop, Duplicate, Reorder
from sandbox.faults.effects.delay import Delay
from sandbox.faults.effects.disconnect import Disconnect, HalfClose, Reset
from sandbox.faults.effects.effect import Effect, StreamEffect
from sandbox.faults.effects.expunge import Expunge
from sandbox.faults.effects.garbage import Garbage
from sandbox.faults.effects.latency import Latency
from sandbox.faults.effects.limit import Limit
from sandbox.faults.effects.long_line import LongLine
from sandbox.faults.effects.miscount import Miscount
from sandbox.faults.effects.new_uid_validity import NewUidValidity
from sandbox.faults.effects.redirect_loop import RedirectLoop
from sandbox.faults.effects.refuse import Refuse
from sandbox.faults.effects.refuse_port import RefusePort
from sandbox.faults.effects.reply import Reply
from sandbox.faults.effects.silence import Silence
from sandbox.faults.effects.slicer import Slicer
from sandbox.faults.effects.slow_close import SlowClose
from sandbox.faults.effects.tls import BadCertificate, OldTls
from sandbox.faults.effects.truncate import Truncate
from sandbox.faults.effects.wrong_length import WrongLength

#: One of the effects. A new one is a file of this folder and a name here.
AnyEffect: TypeAlias = Annotated[
    Answer
    | BadCertificate
    | BadChunk
    | Bandwidth
    | BrokenTls
    | CallFault
    | Corrupt
    | Delay
    | Disconnect
    | Drop
    | Duplicate
    | Expunge
    | Garbage
    | HalfClose
    | Latency
    | Limit
    | LongLine
    | MalformedXml
    | Miscount
    | NewUidValidity
    | OldTls
    | RedirectLoop
    | Refuse
    | RefusePort
    | Reorder
    | Reply
    | Reset
    | Silence
    | Slicer
    | SlowClose
    | Truncate
    | WrongLength,
    Field(discriminator="kind"),
]

__all__ = ["AnyEffect", "Effect", "StreamEffect"]
