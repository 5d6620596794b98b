"""``lists``: behaviours whose port a practice task uses too, for clients that send a list of words there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from sandbox.behaviours.options import MessageOptions, WordOptions
from sandbox.behaviours.pickles import is_pickle
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Core
from sandbox.services.tcp.handover import Handover
from sandbox.services.tcp.listener import Cores
from sandbox.services.tcp.words import Words

_BRACKET = re.compile(rb"\s*\[")


class ListOptions(WordOptions, MessageOptions):
    """Options of behaviours that can leave lists to the dictionary of words."""

    lists: Literal["words"] | None = None
    """words: a client that begins with a list, pickled, in JSON or as Python prints it, gets the dictionary instead."""

    def with_lists(self, make: Callable[[], Core]) -> Cores:
        """Makes the cores: those of ``make``, with the dictionary beside them if it is wanted."""
        if self.lists is None:
            return lambda _: make()
        dictionary = self.opened_dictionary()

        def both(connection: Connection) -> Core:
            return ListsApart(make(), Words(dictionary, self, connection.note))

        return both


class ListsApart(Handover):
    """``for_lists`` serves clients whose first bytes begin a list, ``other`` all the rest."""

    def __init__(self, other: Core, for_lists: Core) -> None:
        super().__init__()
        self._for_others = other
        self._for_lists = for_lists

    def own_receive(self, data: bytes) -> Actions:
        listed = is_pickle(data) or _BRACKET.match(data)
        return self.hand_over(self._for_lists if listed else self._for_others, data)
