"""The base of all that is told and heard as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A JSON object; its validator is built when it is first needed, since most never are."""

    model_config = ConfigDict(defer_build=True)
