"""The members of a list as OData gives them out, a page at a time, each page after the one before."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from haicap.kernel.access import Actor
from haicap.questionnaire.models import Dataset, Entity
from haicap.questionnaire.queries import odata
from haicap.questionnaire.queries.entities import entities_for, properties_of
from haicap.questionnaire.queries.feeds import CHUNK, Question, filtered, in_one_go, moment
from haicap.questionnaire.rules.odata import ENTITY_SYSTEM, selection, token_of
from haicap.questionnaire.rules.odata.names import distinct

_FIELDS = (
    "pk", "uuid", "label", "data", "number", "conflict", "created_by_id", "created_by__full_name", "created_at",
    "updated_at", "deleted_at",
)  # fmt: skip
_Found = Mapping[str, Any]


class EntityFeed:
    """One answer over a list. `next` is the token of the next page once `rows` ended."""

    def __init__(self, *, actor: Actor, dataset: Dataset, question: Question, text: str = "") -> None:
        names = properties_of(dataset)
        self._names = list(zip(names, distinct(names), strict=True))
        self.question, self.next = question, ""
        known = [*names, *(written for _name, written in self._names), "label"]
        self._chosen = selection(question.select, system=ENTITY_SYSTEM, names=known)
        scope = entities_for(actor=actor, dataset=dataset)
        self._scope = filtered(scope, text=question.filter, properties=odata.ENTITIES)
        for word in text.split():
            self._scope = self._scope.filter(folded__contains=word)
        self._order = (
            odata.order_of(question.order, properties=odata.ENTITIES) if question.order.strip() else []
        )
        self._counted = None if question.filter.strip() or text else dataset.count

    def count(self) -> int | None:
        """Return how many there are, whatever the page; None where nobody asked."""
        if not self.question.page.count:
            return None
        return self._scope.count() if self._counted is None else self._counted

    def rows(self) -> Iterator[_Found]:
        """Yield the entities of the page, newest first."""
        page, given, last = self.question.page, 0, 0
        if page.top == 0:
            return
        before = (page.token.get("skip", 0) or page.skip) if self._order else page.skip
        for found in self._found(before):
            if given == page.top:
                self.next = token_of(skip=before + given) if self._order else token_of(after=last)
                return
            yield self._row(found)
            given, last = given + 1, found["pk"]

    def _found(self, before: int) -> Iterator[_Found]:
        if self._order:
            yield from in_one_go(self._scope.order_by(*self._order).values(*_FIELDS)[before:])
            return
        rows: QuerySet[Entity] = self._scope.order_by("-pk")
        after = self.question.page.token.get("after")
        if after is None and before:
            first = odata.key_at(self._scope, skip=before)
            if first is None:
                return
            after = first + 1
        size = CHUNK if self.question.page.top is None else min(self.question.page.top + 1, CHUNK)
        while True:
            chunk = list((rows if after is None else rows.filter(pk__lt=after)).values(*_FIELDS)[:size])
            yield from chunk
            if len(chunk) < size:
                return
            after, size = chunk[-1]["pk"], CHUNK

    def _row(self, found: _Found) -> _Found:
        chosen, out = self._chosen, dict[str, Any]()
        if chosen.has("__id"):
            out["__id"] = str(found["uuid"])
        if chosen.names is None or "label" in chosen.paths:
            out["label"] = found["label"]
        if system := chosen.system(_system(found)):
            out["__system"] = system
        for name, written in self._names:
            if chosen.names is None or name in chosen.paths or written in chosen.paths:
                out[written] = found["data"].get(name, "")
        return out


def _system(found: _Found) -> _Found:
    creator = found["created_by_id"]
    return {
        "createdAt": moment(found["created_at"]),
        "creatorId": str(creator or 0),
        "creatorName": found["created_by__full_name"],
        "updates": found["number"] - 1,
        "updatedAt": moment(found["updated_at"]),
        "deletedAt": moment(found["deleted_at"]),
        "version": found["number"],
        "conflict": found["conflict"] or None,
    }
