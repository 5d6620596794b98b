"""``refuse-port``: the data port of FTP is closed."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import Effect


class RefusePort(Effect):
    """PASV and EPSV name a port at which nobody listens; the transfer that follows is answered with 425."""

    where: ClassVar[tuple[str, ...]] = ("ftp.pasv", "ftp.epsv")

    kind: Literal["refuse-port"]
