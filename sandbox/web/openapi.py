"""The OpenAPI 3.1 document, made from the operations and their models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sandbox.web.problem import ProblemDetails
from sandbox.web.routes import Asked, Operation
from sandbox.web.version import VERSION

_REFERENCE = "#/components/schemas/{model}"


class Document:
    """Serves the document; made when it is first asked for."""

    def __init__(self) -> None:
        self._described: Sequence[Operation] = ()
        self._octets: bytes | None = None

    def operations(self, described: Sequence[Operation]) -> Iterator[Operation]:
        """The one operation; it is described as well, as are those of ``described`` when it is asked for."""
        self._described = described
        yield Operation(
            method="GET",
            path="/openapi.json",
            name="openapi",
            summary="This document",
            handler=self._send,
            answer="application/json",
        )

    async def _send(self, asked: Asked) -> web.Response:
        if self._octets is None:
            self._octets = json.dumps(document(self._described)).encode()
        return web.Response(body=self._octets, content_type="application/json")


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document as JSON values."""
    schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sandbox control",
            "version": VERSION,
            "summary": "The sandbox over HTTP. /sandbox/v1/ is its own interface, /api/v1/ follows Mailpit's.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    answers = {model for each in operations if isinstance(model := each.answer, type)} | {ProblemDetails}
    bodies = {each.body for each in operations if each.body is not None}
    wanted = [
        *((model, "serialization") for model in sorted(answers, key=_name)),
        *((model, "validation") for model in sorted(bodies, key=_name)),
    ]
    _, definitions = models_json_schema(wanted, ref_template=_REFERENCE)  # type: ignore[arg-type]
    found: dict[str, Any] = definitions["$defs"]
    return found


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": {str(operation.status): _answer(operation)} | _problems(operation),
    }
    if operation.body is not None:
        content = {"application/json": {"schema": _reference(operation.body)}}
        told["requestBody"] = {"required": not operation.body_optional, "content": content}
    return told


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in operation.names:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schema = operation.query.model_json_schema()
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        parameter = {"name": name, "in": "query", "required": name in required, "schema": value}
        yield parameter | ({"description": value["description"]} if "description" in value else {})


def _answer(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if isinstance(operation.answer, str):
        told["content"] = {operation.answer: {}}
    elif operation.answer is not None:
        told["content"] = {"application/json": {"schema": _reference(operation.answer)}}
    return told


def _problems(operation: Operation) -> dict[str, Any]:
    statuses = set(operation.problems) | ({400} if operation.query or operation.body else set())
    content = _problem_content(operation.path)
    return {
        str(status): {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted(statuses)
    }


def _problem_content(path: str) -> dict[str, Any]:
    if path == "/api/v1/send":
        return {"application/json": {}}
    if path.startswith(("/api/", "/view/")):
        return {"text/plain": {}}
    return {"application/problem+json": {"schema": _reference(ProblemDetails)}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}
