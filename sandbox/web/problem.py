"""Errors as RFC 9457 has them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from pydantic import ConfigDict

from sandbox.web.shape import Shape


class Mistake(Shape):
    """One thing that is wrong with a request: where, and why."""

    where: str
    message: str


class ProblemDetails(Shape):
    """The body of an error (RFC 9457 section 3)."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    mistakes: Sequence[Mistake] = ()


class ProblemError(Exception):
    """Ends a request with an error. ``detail`` is one sentence for people."""

    def __init__(self, status: int, detail: str, mistakes: Sequence[Mistake] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.mistakes = tuple(mistakes)

    @property
    def details(self) -> ProblemDetails:
        """As the body says it."""
        title = HTTPStatus(self.status).phrase
        return ProblemDetails(title=title, status=self.status, detail=self.detail, mistakes=self.mistakes)
