"""``answer``: a status of HTTP instead of what the request asks for."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sandbox.faults.effects.answer_effect import REQUESTS
from sandbox.faults.effects.effect import Effect
from sandbox.settings.models import Count

FieldName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
FieldValue = Annotated[str, Field(pattern=r"^[^\r\n\x00]*$")]


class Answer(Effect):
    """Answers a request without doing what it asks for."""

    where: ClassVar[tuple[str, ...]] = ("http.tunnel", *REQUESTS)

    kind: Literal["answer"]
    status: Annotated[int, Field(ge=200, le=599)] = 503
    """The status code."""
    reason: FieldValue | None = None
    """The words behind the code; the usual ones if not given."""
    headers: dict[FieldName, FieldValue] = Field(default_factory=dict)
    """Further header fields."""
    body: str | None = None
    """The body; a short text about the status if not given."""
    retry_after: Count | None = None
    """Seconds to wait, told in Retry-After (RFC 9110 §10.2.3)."""
