"""``qotd`` (RFC 865): a quote for each client."""

from __future__ import annotations

from typing import Literal

from sandbox.behaviours.options import QuoteOptions
from sandbox.service import Context
from sandbox.services.tcp.clock import Teller
from sandbox.services.tcp.listener import Cores, TcpListener


class QotdListener(TcpListener, QuoteOptions):
    """Sends a quote, another one to each client, and closes."""

    behaviour: Literal["qotd"]

    def cores(self, context: Context) -> Cores:
        quotes = self.opened_quotes()
        context.recall.keep(quotes)
        return lambda _: Teller(quotes.next)
