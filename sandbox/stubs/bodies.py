"""What can be read out of the body of an HTTP request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.stubs.forms import form_of


class RequestBody:
    """For requests that have ``headers`` and a ``body``."""

    if TYPE_CHECKING:

        @property
        def headers(self) -> Mapping[str, str]: ...

        @property
        def body(self) -> bytes: ...

    @property
    def text(self) -> str:
        """The body as text, in UTF-8."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON, None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form, URL-encoded or multipart, without its files; empty if the body is none."""
        return form_of(self.headers.get("Content-Type", ""), self.body)
