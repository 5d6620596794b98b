"""What a core asks of the outside world; the counterpart of the methods of :class:`~sandbox.sansio.core.Core`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes. Neighbouring Sends leave in one write, so a reply is one segment.

    ``quick_ack`` asks the kernel to acknowledge the client's next segment at once: imaplib sends a literal and its
    closing CRLF in two writes, and the second one waits 40 ms for a delayed acknowledgement of the first.
    """

    data: bytes
    quick_ack: bool = False


@dataclass(frozen=True, slots=True)
class StartTls:
    """Upgrade to TLS after what was sent so far.

    Plain-text bytes that were received but not yet processed must be dropped by the core (RFC 3207 §6, command
    injection); ``Core.tls_started`` follows.
    """


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection after what was sent so far; ``reset`` sends RST instead of FIN.

    ``linger`` reads on for a moment, to no effect: a client that is still sending would be reset otherwise, and might
    never see what was sent last. It is for answers that do not wait for all the client has to say.
    """

    reset: bool = False
    linger: bool = False


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Call ``Core.timer`` after ``seconds``, in place of any earlier timer; ``None`` cancels it."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class WhenDrained:
    """Call ``Core.drained`` as soon as there is room for more: soon, or when the client has read what held it up.

    An endless or long answer is sent block by block this way, and never lies in memory as a whole. What the client
    sends until then is left unread unless ``hears``, or it would lie in memory instead.
    """

    hears: bool = True


Action: TypeAlias = Send | StartTls | Close | SetTimer | WhenDrained
Actions: TypeAlias = Iterable[Action]
