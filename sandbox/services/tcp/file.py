"""``file``: a whole file as one JSON object, as soon as the client comes."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Literal

from sandbox.behaviours.picture import picture
from sandbox.net.connection import Connection
from sandbox.sansio import Actions, Close, Core, Send, WhenDrained
from sandbox.service import Context
from sandbox.services.tcp.listener import Cores, TcpListener
from sandbox.settings.models import ExistingFile

BLOCK = 65_536  # octets handed to the network at a time


class FileListener(TcpListener):
    """Sends ``{"filename": …, "filedata": …}``, the data in base64, and closes."""

    behaviour: Literal["file"]
    file: ExistingFile | None = None
    """The file that is sent; a picture of 585 kB in PNG format if not given."""
    filename: str | None = None
    """The name it is sent under; its own if not given."""

    def cores(self, context: Context) -> Cores:
        # Read once, and not before a client comes; all clients share one copy.
        document = cache(lambda: _document(self.file, self.filename))

        def make(connection: Connection) -> Core:
            try:
                return Outflow(document())
            except OSError as error:  # it has gone since the settings were read
                connection.note("file.refused", path=str(self.file), reason=error.strerror)
                return Outflow(b"")

        return make


class Outflow(Core):
    """Sends a long text block by block, as fast as the client reads, and closes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def opened(self) -> Actions:
        return self.drained()

    def receive(self, data: bytes) -> Actions:
        return ()

    def eof(self) -> Actions:
        return ()  # it may still want the rest

    def drained(self) -> Actions:
        block = self._data[self._at : self._at + BLOCK]
        self._at += len(block)
        return (Send(block), WhenDrained() if self._at < len(self._data) else Close())


def _document(file: Path | None, name: str | None) -> bytes:
    data = picture() if file is None else file.read_bytes()
    name = name or ("picture.png" if file is None else file.name)
    document = {"filename": name, "filedata": base64.b64encode(data).decode()}
    return json.dumps(document, ensure_ascii=False).encode()
