"""The OData feeds of a form: service document, metadata, tables, one submission."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from haicap.kernel.http import Request
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.errors import Problem, not_found
from haicap.questionnaire.queries.feeds import Question, SubmissionFeed, layout_of
from haicap.questionnaire.rules.odata import (
    ODataError,
    next_link,
    page_of,
    submissions_edmx,
    submissions_service,
)
from haicap.questionnaire.rules.odata.paging import is_true

_KNOWN = frozenset(
    {
        "$format",
        "$count",
        "$skip",
        "$top",
        "$filter",
        "$wkt",
        "$expand",
        "$select",
        "$skiptoken",
        "$orderby",
        "$search",
    }
)
_FORMATS = {
    "json": re.compile(r"\bapplication/json\b|^json$|\*/\*", re.I),
    "xml": re.compile(r"\b(application|text)/(\w+\+)?xml\b|^(atom|xml)$|\*/\*", re.I),
}
_SINGLE = re.compile(r"^Submissions\('(?P<id>[^']*)'\)(?P<rest>(?:/.*)?)$", re.S)
_STEP = re.compile(r"^/(?P<name>[^/(]+)(?:\('(?P<id>[^']*)'\))?", re.S)
JSON = "application/json; odata.metadata=minimal; charset=utf-8"


def check(request: Request, kind: str) -> None:
    """Refuse what OData's protocol asks to refuse: other formats, older versions, options that are not known."""
    asked = request.GET.get("$format") or request.headers.get("Accept", "")
    other = "xml" if kind == "json" else "json"
    if _FORMATS[other].search(asked.strip()) and not _FORMATS[kind].search(asked.strip()):
        raise Problem(406.1, _("This address answers in %(kind)s only.") % {"kind": kind}, got=asked)
    newest = re.match(r"\s*(\d+)", request.headers.get("OData-MaxVersion", ""))
    if newest and int(newest.group(1)) < 4:
        raise not_found()
    for name in request.GET:
        if name not in _KNOWN:
            raise Problem(
                501.1, _("The option %(name)s is not supported here.") % {"name": name}, feature=name
            )
    expand = request.GET.get("$expand", "")
    if expand and expand != "*":
        raise ODataError("expand", expand)
    if expand and request.GET.get("$select"):
        raise ODataError("select_expand")


def service_address(request: Request) -> str:
    """Return the address of the .svc the request is about."""
    path = request.path[: request.path.index(".svc") + 4]
    return request.build_absolute_uri(path)


def document(data: Any) -> HttpResponse:
    """Return a JSON document of OData."""
    made = HttpResponse(json.dumps(data, ensure_ascii=False), content_type=JSON)
    made["OData-Version"] = "4.0"
    return made


def metadata_document(text: str) -> HttpResponse:
    """Return a metadata document."""
    made = HttpResponse(text, content_type="application/xml; charset=utf-8")
    made["OData-Version"] = "4.0"
    return made


def stream(
    request: Request, *, table: str, rows: Iterator[Mapping[str, Any]], feed: Any, count: int | None
) -> StreamingHttpResponse:
    """Return rows as they are read; what is known only at the end (the next page) stands at the end."""
    service, parameters = service_address(request), request.GET.dict()
    here = request.build_absolute_uri(request.path)

    def pieces() -> Iterator[str]:
        buffer, length, is_first = ['{"value":['], 0, True
        for row in rows:
            text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            buffer.append(text if is_first else f",{text}")
            length, is_first = length + len(text), False
            if length > 65536:
                yield "".join(buffer)
                buffer, length = [], 0
        tail: dict[str, Any] = {"@odata.context": f"{service}/$metadata#{table}"}
        if feed.next:
            tail["@odata.nextLink"] = next_link(here, parameters, feed.next)
        if count is not None:
            tail["@odata.count"] = count
        buffer.append(f"],{json.dumps(tail, ensure_ascii=False)[1:]}")
        yield "".join(buffer)

    made = StreamingHttpResponse(pieces(), content_type=JSON)
    made["OData-Version"] = "4.0"
    return made


def service(request: Request, project: int, form: str, *, is_draft: bool = False) -> HttpResponse:
    """Return which tables a form has."""
    check(request, "json")
    version = lookups.version(request.actor, project, form, is_draft=is_draft)
    return document(submissions_service(layout_of(version), address=service_address(request)))


def metadata(request: Request, project: int, form: str, *, is_draft: bool = False) -> HttpResponse:
    """Return what the tables of a form hold (CSDL)."""
    check(request, "xml")
    version = lookups.version(request.actor, project, form, is_draft=is_draft)
    return metadata_document(submissions_edmx(layout_of(version), form_id=version.form.form_id))


def question_of(request: Request, table: str) -> Question:
    given = request.GET
    return Question(
        table=table, page=page_of(given.dict()), filter=given.get("$filter", ""), order=given.get("$orderby", ""),
        select=given.get("$select", ""), wkt=is_true(given.get("$wkt", "")), expand=given.get("$expand") == "*",
    )  # fmt: skip


def table(
    request: Request, project: int, form: str, table: str, *, is_draft: bool = False
) -> HttpResponseBase:
    """Return the rows of a table, or of one submission in it."""
    check(request, "json")
    version = lookups.version(request.actor, project, form, is_draft=is_draft)
    if match := _SINGLE.match(table):
        return _single(request, version, match, is_draft=is_draft)
    if table not in layout_of(version).by_name:
        raise not_found()
    feed = SubmissionFeed(
        actor=request.actor, version=version, question=question_of(request, table), is_test=is_draft
    )
    return stream(request, table=table, rows=iter(feed.rows()), feed=feed, count=feed.count())


def _single(request: Request, version: Any, match: "re.Match[str]", *, is_draft: bool) -> HttpResponse:
    """Return the rows of one submission at the table its address names; an id further in names the row around."""
    names, around, rest = ["Submissions"], "", match.group("rest")
    while rest and rest != "/":
        if (step := _STEP.match(rest)) is None:
            raise not_found()
        names.append(step.group("name"))
        around, rest = step.group("id") or around, rest[step.end() :]
    name = ".".join(names)
    if name not in layout_of(version).by_name:
        raise not_found()
    question = question_of(request, name)
    feed = SubmissionFeed(actor=request.actor, version=version, question=question, is_test=is_draft)
    found = feed.one(match.group("id"))
    if found is None:
        raise not_found()
    if around:
        parent = layout_of(version).by_name[name].parent_property
        found = [row for row in found if row.get(parent) == around]
    page = question.page
    end = None if page.top is None else page.skip + page.top
    data: dict[str, Any] = {
        "value": list(found[page.skip : end]),
        "@odata.context": f"{service_address(request)}/$metadata#{name}",
    }
    if page.count:
        data["@odata.count"] = len(found)
    return document(data)
