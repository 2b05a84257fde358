"""The API's description in OpenAPI 3.1, made from the endpoints and their classes, so that it cannot disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from portal.reference.dataset import LICENCE, DataFile
from portal.web.open.records import Problem

REFERENCE = "#/components/schemas/{name}"
VERSION = "1.0.0"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One address of the API. `path` is relative to the API's own, with `<name>` for what varies."""

    path: str
    summary: str
    query: type
    answer: type
    example: str  # relative too; it works with the facts as they are shipped

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"<(\w+)>", self.path))

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it."""
        return re.sub(r"<(\w+)>", r"{\1}", self.path)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter as the page of the API shows it."""

    name: str
    is_required: bool
    schema: Mapping[str, Any]
    description: str
    choices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseEndpoint:
    """An address of the API that is about cases, and is in another folder. `path` has its parts in braces.

    `body` is None where nothing is sent, `answer` None where a PDF comes back. `scope` is what a key has to be good
    for; empty where the address itself is the right to call it. `is_kept`: it takes an `Idempotency-Key`.
    """

    path: str
    method: str
    name: str
    summary: str
    scope: str
    body: type | None = None
    answer: type | None = None
    status: int = 200
    is_kept: bool = False


CALLS: list[CaseEndpoint] = []  # filled by the folders whose views they are
KEY = "partner_key"


def describe(
    endpoints: Sequence[Endpoint], *, title: str, address: str, files: Iterable[DataFile] = ()
) -> dict[str, Any]:
    """The whole document. `address` is where the API is, with its version; `files` are what can be taken away whole."""
    spoken = [kind for call in CALLS for kind in (call.body, call.answer) if kind]
    kinds = tuple(dict.fromkeys([*(each.answer for each in endpoints), *spoken, Problem]))
    _, schemas = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    queries = _query_schemas(endpoints)
    used = {name: schema for name, schema in queries.items() if "enum" in schema}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": VERSION,
            "summary": "Who must do what by when about non-consensual intimate imagery. Not legal advice.",
            "license": {"name": "Creative Commons Zero 1.0", "identifier": LICENCE},
        },
        "servers": [{"url": address}],
        "paths": {
            **{each.template: {"get": _describe_one(each, queries)} for each in endpoints},
            **{f"/data/{file.name}": {"get": _describe_file(file)} for file in files},
            **_describe_calls(),
        },
        "components": {
            "schemas": dict(sorted({**schemas, **used}.items())),
            "securitySchemes": {
                KEY: {"type": "http", "scheme": "bearer", "description": "A key that a team made for your system"}
            },
        },
    }


def list_parameters(endpoint: Endpoint) -> Iterator[Parameter]:
    """What may stand behind the question mark."""
    yield from _read_parameters(endpoint, _query_schemas([endpoint]))


def _query_schemas(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    queries = tuple(dict.fromkeys(each.query for each in endpoints))
    return msgspec.json.schema_components(queries, ref_template=REFERENCE)[1]


def _read_parameters(endpoint: Endpoint, schemas: Mapping[str, Any]) -> Iterator[Parameter]:
    schema = schemas[endpoint.query.__name__]
    for field in fields(endpoint.query):
        own = _without_null(schema["properties"][field.name])
        reference = str(own.get("$ref", "")).rpartition("/")[2]
        yield Parameter(
            name=field.name,
            is_required=field.name in schema.get("required", ()),
            schema={name: value for name, value in own.items() if name != "description"},
            description=own.get("description", ""),
            choices=tuple(schemas[reference]["enum"]) if reference else (),
        )


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter that is not given is simply not there; it is never null."""
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    default = {"default": schema["default"]} if schema.get("default") is not None else {}
    return {**(options[0] if options else {}), **rest, **default}


def _describe_one(endpoint: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in endpoint.path_parameters
    ]
    for each in _read_parameters(endpoint, schemas):
        described = {"description": each.description} if each.description else {}
        parameters.append(
            {"name": each.name, "in": "query", "required": each.is_required, **described, "schema": each.schema}
        )
    return {
        "summary": endpoint.summary,
        "operationId": re.sub(r"\W+", "_", endpoint.template.strip("/{}")),
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer", "content": _content("application/json", endpoint.answer)},
            "default": {
                "description": "What is wrong with the question",
                "content": _content("application/problem+json", Problem),
            },
        },
    }


def _describe_file(file: DataFile) -> dict[str, Any]:
    """A file: its bytes as they are, with their SHA-256 as `ETag` and as `Repr-Digest`."""
    headers = {
        "ETag": {"description": "The SHA-256 of the file in hex, in quotes", "schema": {"type": "string"}},
        "Repr-Digest": {"description": "The SHA-256 of the file (RFC 9530)", "schema": {"type": "string"}},
    }
    good = {"description": file.about, "headers": headers, "content": {file.media: {}}}
    return {
        "summary": f"{file.about}, as a file",
        "operationId": re.sub(r"\W+", "_", f"data_{file.name}"),
        "parameters": [],
        "responses": {"200": good},
    }


def _content(media: str, kind: type) -> dict[str, Any]:
    return {media: {"schema": {"$ref": REFERENCE.format(name=kind.__name__)}}}


def _describe_calls() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method] = _describe_call(call)
    return paths


def _describe_call(call: CaseEndpoint) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": _TYPES.get(name, "string")}}
        for name in re.findall(r"{(\w+)}", call.path)
    ]
    if call.is_kept:
        about = "Yours, for this one call. Sent again with the same body it gets the same answer, for a day."
        kept = {"name": "Idempotency-Key", "in": "header", "required": True, "description": about}
        parameters.append({**kept, "schema": {"type": "string", "minLength": 8, "maxLength": 128}})
    good = _content("application/json", call.answer) if call.answer else {"application/pdf": {}}
    described: dict[str, Any] = {
        "summary": call.summary,
        "operationId": call.name,
        "parameters": parameters,
        "security": [{KEY: []}] if call.scope else [],
        "responses": {
            str(call.status): {"description": "The answer", "content": good},
            "default": {
                "description": "What is wrong with the call, and what to do",
                "content": _content("application/problem+json", Problem),
            },
        },
    }
    if call.scope:
        described["description"] = f"The key has to be good for: {call.scope}."
    if call.body:
        described["requestBody"] = {"required": True, "content": _content("application/json", call.body)}
    return described


_TYPES = {"number": "integer"}
