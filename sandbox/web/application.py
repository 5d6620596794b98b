"""From a request to its answer: who is asked for, what is asked, the mistakes in it, and failures of our own."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from sandbox.journal import Crashed
from sandbox.service import Context
from sandbox.settings.mistakes import told
from sandbox.web.health import Health
from sandbox.web.hosts import Hosts
from sandbox.web.index import Index
from sandbox.web.mailpit import Mailpit
from sandbox.web.openapi import Document
from sandbox.web.own import Own
from sandbox.web.problem import Mistake, ProblemError
from sandbox.web.routes import Asked, Operation, Routes
from sandbox.web.tally import Tally

R = TypeVar("R", bound=web.StreamResponse)

# Nothing of ours is for pages of other sites: not to be read, framed or run by them.
_FIELDS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Application:
    """All operations of the control service."""

    def __init__(self, context: Context, tally: Tally, names: Collection[str]) -> None:
        self._context = context
        self._hosts = Hosts(names)
        self._mailpit = Mailpit(context, tally)
        self._document = Document()
        self.routes = Routes()
        self.routes.include(Own(context).operations())
        self.routes.include(self._mailpit.operations())
        self.routes.include(Health(context, tally).operations())
        self.routes.include(self._document.operations(self.routes.operations))
        self.routes.include(Index().operations(self.routes.operations))

    def close(self) -> None:
        """Let go of what is watched."""
        self._mailpit.close()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to any request; whatever happens, there is one."""
        try:
            self._check(request)
            return await self._asked(request)
        except ProblemError as problem:
            return _told(request, problem)
        except web.HTTPRequestEntityTooLarge:
            return _told(request, ProblemError(413, "The body is larger than the sandbox takes."))
        except web.RequestPayloadError:
            # No gzip though it says so: what follows on the connection is unknown.
            response = _told(request, ProblemError(400, "The body cannot be read."))
            response.force_close()
            return response
        except ConnectionError:
            raise
        except Exception:
            self._context.journal.append(Crashed(0, "control", traceback.format_exc()))
            return _told(
                request, ProblemError(500, "This is a mistake of the sandbox; the journal has the traceback.")
            )

    def refuse(self, request: web.BaseRequest, status: int, reason: str) -> web.StreamResponse:
        """The answer to what is no request at all."""
        return _told(request, ProblemError(status, reason))

    def _check(self, request: web.BaseRequest) -> None:
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1:
            raise ProblemError(400, "A request names exactly one Host.")
        host = _target(request)[0] or hosts[0]
        if not self._hosts.knows(host):
            raise ProblemError(421, f"{host!r} is no name of this sandbox; services.control.names adds some.")
        origin = request.headers.get("Origin")
        if origin is not None and not self._hosts.is_origin(origin, host):
            raise ProblemError(403, "Pages of other sites may not control the sandbox.")

    async def _asked(self, request: web.BaseRequest) -> web.StreamResponse:
        path = _target(request)[1]
        operation, names, allowed = self.routes.find(request.method, path)
        if operation is None:
            if not allowed:
                raise ProblemError(404, f"There is nothing at {path}; / lists what there is.")
            response = _told(request, ProblemError(405, f"{path} knows {', '.join(allowed)} only."))
            response.headers["Allow"] = ", ".join(allowed)
            return response
        body = await _body(operation, request, self._context.configuration.known)
        asked = Asked(request, names, _query(operation, request), body)
        answer = await operation.handler(asked)
        if isinstance(answer, web.StreamResponse):
            if not answer.prepared:
                _dress(answer)
            return answer
        return _dress(_response(operation, answer))


def _target(request: web.BaseRequest) -> tuple[str, str]:
    """The authority, empty unless a proxy's client names one, which counts more than Host (RFC 9112 §3.2.2); the path."""
    target = request.raw_path.partition("?")[0]
    scheme, separator, rest = target.partition("://")
    if not separator or scheme.lower() != "http":
        return "", target
    authority, _, path = rest.partition("/")
    return authority, f"/{path}"


def _response(operation: Operation, answer: Any) -> web.Response:
    if answer is None:
        return web.Response(status=operation.status)
    body = answer.model_dump_json(by_alias=True).encode()
    return web.Response(status=operation.status, body=body, content_type="application/json")


def _dress(response: R) -> R:
    for name, value in _FIELDS.items():
        response.headers.setdefault(name, value)
    return response


def _query(operation: Operation, request: web.BaseRequest) -> BaseModel | None:
    if operation.query is None:
        return None
    return _validated(operation.query, dict(request.query), "query")


async def _body(operation: Operation, request: web.BaseRequest, known: Mapping[str, Any]) -> BaseModel | None:
    if operation.body is None:
        return None
    octets = await request.read()
    if not octets and operation.body_optional:
        return operation.body()
    # A form of another site can only send these without asking first (a simple request); JSON it cannot.
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise ProblemError(415, "The body must be JSON.")
    try:
        # Strict as RFC 8259 §8 demands: what is no Unicode, such as half a surrogate pair, could never be told again.
        value = from_json(octets, allow_inf_nan=False)
    except ValueError:
        raise ProblemError(400, "The body is no JSON.") from None
    return _validated(operation.body, value, "body", known)


def _validated(
    model: type[BaseModel], value: Any, where: str, known: Mapping[str, Any] | None = None
) -> BaseModel:
    try:
        return model.model_validate(value, strict=False, context=known)
    except ValidationError as error:
        found = [told(each, model) for each in error.errors(include_url=False)]
        mistakes = [Mistake(where=".".join([where, *map(str, key)]), message=text) for key, text in found]
        raise ProblemError(400, f"The {where} is not as it should be.", mistakes) from None


def _told(request: web.BaseRequest, problem: ProblemError) -> web.Response:
    """An error: a problem document, or the plain text that clients of Mailpit expect."""
    if request.path == "/api/v1/send":
        return _dress(web.json_response({"Error": _sentence(problem)}, status=problem.status))
    if request.path.startswith(("/api/", "/view/")):
        text = "404 page not found" if problem.status == 404 else _sentence(problem)
        return _dress(web.Response(status=problem.status, text=text))
    body = problem.details.model_dump_json().encode()
    return _dress(web.Response(status=problem.status, body=body, content_type="application/problem+json"))


def _sentence(problem: ProblemError) -> str:
    return " ".join([problem.detail, *(f"{each.where}: {each.message}." for each in problem.mistakes)])
