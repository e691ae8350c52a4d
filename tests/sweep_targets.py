"""Every page and operation of the site, found in its own registers, and how to knock at each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

NOBODY = 999_999_999  # a key no row has: what the first row is called differs between databases


@dataclass(frozen=True, slots=True)
class Target:
    """Something the site answers at: its name in the table, its door, and how to knock."""

    name: str
    door: str | None
    path: Callable[[Mapping[str, Any]], str]
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    files: tuple[str, ...] = field(default=())
    is_form: bool = False  # the body is multipart, with or without files


def patterns(
    resolver: URLResolver, prefix: str = "", outer: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, URLPattern, Mapping[str, Any]]]:
    """Yield each address with the arguments it takes, those of the addresses around it included."""
    for entry in resolver.url_patterns:
        wanted = {**(outer or {}), **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from patterns(entry, inner, wanted)
        else:
            yield f"{prefix}{entry.name or entry.pattern}", entry, wanted


def _page(name: str, pattern: URLPattern, wanted: Mapping[str, Any]) -> Target:

    def path(samples: Mapping[str, Any]) -> str:
        return reverse(
            name,
            kwargs={
                key: _sample(samples, name, key, is_number=isinstance(converter, IntConverter))
                for key, converter in wanted.items()
            },
        )

    return Target(name, getattr(pattern.callback, "door", None), path)


def _sample(samples: Mapping[str, Any], name: str, key: str, *, is_number: bool) -> Any:
    """Return the example for an argument; a number nobody gave an example for is 1."""
    found = samples.get(f"{name}.{key}", samples.get(key, 1 if is_number else None))
    assert found is not None, f"{name}: give `samples` an example for the argument {key!r}"
    return found


def pages() -> list[Target]:
    """Return every page of the site; the addresses of the API come from its own register."""
    found = [_page(*pair) for pair in patterns(get_resolver())]
    return [page for page in found if not page.name.startswith("api:")]


def _example(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:
    """Make the smallest value that fits a JSON schema."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rsplit("/", 1)[1]]
    if choices := schema.get("anyOf") or schema.get("allOf"):
        return _example(choices[0], parts)
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", ())), None))
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {key: _example(properties[key], parts) for key in schema.get("required", ())}
    if schema.get("type") == "string":
        forms = {"date": "2025-08-05", "date-time": "2025-08-05T08:00:00Z", "uuid": str(UUID(int=0))}
        return forms.get(schema.get("format", ""), "x" * schema.get("minLength", 1))
    return {"integer": schema.get("minimum", NOBODY), "number": 1.5, "boolean": True, "array": []}.get(
        schema.get("type", "")
    )


def operations() -> list[Target]:
    """Return every operation of the JSON API, from its OpenAPI document and its routers."""
    from haicap.api import api

    document = api.get_openapi_schema()
    parts = document.get("components", {}).get("schemas", {})
    doors = {
        operation.operation_id or api.get_openapi_operation_id(operation): getattr(
            operation.view_func, "door", None
        )
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    return [
        _operation(path, method.upper(), what, doors[what["operationId"]], parts)
        for path, methods in document["paths"].items()
        for method, what in methods.items()
    ]


def _operation(
    path: str, method: str, what: Mapping[str, Any], door: str | None, parts: Mapping[str, Any]
) -> Target:
    name = f"{method} {path}"
    asked = [one for one in what.get("parameters", ()) if one.get("required")]
    inside = {one["name"]: _example(one["schema"], parts) for one in asked if one["in"] == "query"}
    query = "&".join(f"{key}={value}" for key, value in inside.items())

    def filled(samples: Mapping[str, Any]) -> str:
        made = path
        for one in asked:
            if one["in"] == "path":
                is_number = one["schema"].get("type") == "integer"
                example = _sample(samples, name, one["name"], is_number=is_number)
                made = made.replace(f"{{{one['name']}}}", str(example))
        return f"{made}?{query}" if query else made

    content = what.get("requestBody", {}).get("content", {})
    if form := content.get("multipart/form-data"):
        schema = form["schema"]
        schema = parts[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        binary = tuple(
            key for key, one in schema.get("properties", {}).items() if one.get("format") == "binary"
        )
        values = {key: value for key, value in _example(schema, parts).items() if key not in binary}
        return Target(name, door, filled, method, values, binary, is_form=True)
    body = _example(content["application/json"]["schema"], parts) if content else None
    return Target(name, door, filled, method, body)


def knock(target: Target, cookies: Any, samples: Mapping[str, Any]) -> int:
    """Return the status of one answer; whatever it changed is taken back."""
    client = Client(raise_request_exception=False, headers={"X-OpenRosa-Version": "1.0"})
    client.cookies.update(cookies)
    path, point = target.path(samples), transaction.savepoint()
    try:
        if target.is_form:
            files = {key: SimpleUploadedFile("a.csv", b"code\n") for key in target.files}
            answer = client.generic(target.method, path, **_multipart({**(target.body or {}), **files}))
        elif target.body is not None:
            answer = client.generic(target.method, path, _json(target.body), content_type="application/json")
        else:
            answer = client.generic(target.method, path)
            if answer.status_code == 405 and target.method == "GET":
                answer = client.post(path)
        if answer.streaming:
            request_finished.disconnect(
                close_old_connections
            )  # the connection is the test's, and in a transaction
            answer.close()
            request_finished.connect(close_old_connections)
        return int(answer.status_code)
    finally:
        transaction.savepoint_rollback(point)


def _multipart(values: dict[str, Any]) -> dict[str, Any]:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return {"data": encode_multipart(BOUNDARY, values), "content_type": MULTIPART_CONTENT}


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def everything() -> list[Target]:
    """Return all pages and operations, by name."""
    return sorted([*pages(), *operations()], key=lambda target: target.name)
