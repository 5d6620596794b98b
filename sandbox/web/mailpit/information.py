"""What runs here, and whether it is ready."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from sandbox.web.mailpit.box import Box
from sandbox.web.mailpit.lists import AT
from sandbox.web.mailpit.shapes import RuntimeStats, ServerInformation
from sandbox.web.routes import Asked, Operation
from sandbox.web.tally import Tally
from sandbox.web.version import VERSION


class Information:
    """``/api/v1/info``, ``/livez`` and ``/readyz``. Nothing here asks anybody for the latest version."""

    def __init__(self, box: Box, tally: Tally) -> None:
        self._box = box
        self._tally = tally
        self._started = box.context.clock()

    def operations(self) -> Iterator[Operation]:
        """The operations."""
        yield Operation(
            method="GET",
            path=f"{AT}/info",
            name="mailpit_info",
            summary="What runs here",
            handler=self._tell,
            answer=ServerInformation,
        )
        yield Operation(
            method="GET", path="/livez", name="mailpit_live", summary="Whether it runs", handler=self._live
        )
        yield Operation(
            method="GET",
            path="/readyz",
            name="mailpit_ready",
            summary="Whether all listeners accept",
            handler=self._ready,
            problems=(503,),
        )

    async def _tell(self, _: Asked) -> ServerInformation:
        box, tally = self._box, self._tally
        messages = box.newest_first
        return ServerInformation(
            Version=f"v{VERSION}",
            LatestVersion=f"v{VERSION}",
            Database="memory",
            DatabaseSize=sum(len(message.content) for message in messages),
            Messages=len(messages),
            Unread=len(messages) - len(box.read_ids(messages)),
            Tags=box.tags,
            RuntimeStats=RuntimeStats(
                Uptime=max(int(box.context.clock() - self._started), 0),
                Memory=_resident(),
                MessagesDeleted=box.deleted,
                SMTPAccepted=tally.fact("mail.accepted"),
                SMTPAcceptedSize=tally.octets_of_mail,
                SMTPRejected=tally.fact("mail.refused"),
                SMTPIgnored=0,
            ),
        )

    async def _live(self, _: Asked) -> None:
        return None

    async def _ready(self, _: Asked) -> web.Response:
        ready = all(accepts for _, accepts in self._box.context.network.accepting())
        return web.Response(status=200 if ready else 503)


def _resident() -> int:
    """Octets of memory at the most so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
