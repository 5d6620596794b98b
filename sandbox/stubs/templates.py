"""Templates in answers: Jinja in its sandbox, since configurations and the control API may bring them from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment


def check(value: Any) -> None:
    """Raise ValueError if one of the texts in a value is no template."""
    match value:
        case str():
            _parsed(value)
        case Mapping():
            for each in value.values():
                check(each)
        case list() | tuple():
            for each in value:
                check(each)


def filled(value: Any, request: object) -> Any:
    """The value with all its texts filled in; they know the ``request``. Raises ValueError."""
    match value:
        case str():
            return _rendered(value, request)
        case Mapping():
            return {name: filled(each, request) for name, each in value.items()}
        case list() | tuple():
            return [filled(each, request) for each in value]
    return value


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        """Multiplies nothing into more than memory holds: Jinja's own sandbox has no limit there."""

        intercepted_binops = frozenset(("*", "**"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
                raise SecurityError(
                    f"only numbers are multiplied in templates, and ** is not known: {operator}"
                )
            return super().call_binop(context, operator, left, right)

    return Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


def _parsed(text: str) -> Any:
    from jinja2 import TemplateSyntaxError

    try:
        return _environment().from_string(text)
    except TemplateSyntaxError as error:
        raise ValueError(f"is no template: {error.message}") from None


def _rendered(text: str, request: object) -> str:
    from jinja2 import TemplateError

    try:
        return str(_parsed(text).render(request=request))
    except TemplateError as error:
        raise ValueError(f"the template {text[:60]!r} fails: {error.message}") from None
