"""Reading an XForm: model and body joined by path."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from haicap.questionnaire.rules.instance import InstanceError, identity, local, parse
from haicap.questionnaire.rules.schema.body import Body, Control
from haicap.questionnaire.rules.schema.fields import Entity, Field, Media, Table
from haicap.questionnaire.rules.schema.paths import attributes, below_root, expression, truth
from haicap.questionnaire.rules.schema.texts import Itext, child, children

MAX_BYTES = 50 * 1024 * 1024
_TYPES = {
    "": "string", "text": "string", "integer": "int", "long": "int", "double": "decimal", "float": "decimal",
    "datetime": "dateTime", "select1": "select1", "select": "select", "odk:rank": "rank",
}  # fmt: skip
_SELECTS = ("select1", "select", "rank")
_FOLDERS = {"images": "image", "audio": "audio", "video": "video", "file": "file", "file-csv": "file"}
_FORMS = {"image": "image", "big-image": "image", "audio": "audio", "video": "video"}
_SOURCE = re.compile(r"^\s*jr://(images|audio|video|file|file-csv)/([^/]+?)\s*$")
_SEARCH = re.compile(r"^\s*(?:\w*\s+)?search\s*\(\s*(['\"])(.*?)\1")
_DEVICE = frozenset({"deviceid", "uri:deviceid"})


class XFormError(Exception):
    """The file is no XForm: codes as in InstanceError, and no_model, no_instance, no_form_id, twice."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def read(xform: str | bytes) -> dict[str, Any]:
    """Return what a Schema is made of; raises XFormError."""
    try:
        root = parse(xform.encode() if isinstance(xform, str) else xform, max_bytes=MAX_BYTES)
    except InstanceError as error:
        raise XFormError(error.code, error.detail) from error
    head = child(root, "head")
    model = child(head, "model") if head is not None else None
    if model is None:
        raise XFormError("no_model")
    return _Form(root, head, model).parts()


class _Form:
    """One XForm on its way to become a schema."""

    def __init__(self, root: etree._Element, head: etree._Element, model: etree._Element) -> None:
        self.model, self.title = model, child(head, "title")
        instances = list(children(model, "instance"))
        if not instances or not len(instances[0]):
            raise XFormError("no_instance")
        self.primary = instances[0][0]
        self.form_id, self.version = identity(self.primary)
        if not self.form_id:
            raise XFormError("no_form_id")
        self.secondary = instances[1:]
        self.itext = Itext(model)
        self.binds: dict[str, dict[str, str]] = {}
        ids: dict[str, str] = {}
        for bind in children(model, "bind"):
            said = attributes(bind)
            path = below_root(said.get("nodeset", ""), local(self.primary.tag))
            self.binds[path] = self.binds.get(path, {}) | said
            if "id" in said:
                ids[said["id"]] = path
        found = child(root, "body")
        self.body = Body(found, root_name=local(self.primary.tag), ids=ids, itext=self.itext,
                         instances=self.secondary)  # fmt: skip
        self.fields: list[Field] = []
        self.entities: list[Entity] = []
        self.tables = [Table(path="", column="")]
        self.defaults: list[str] = []

    def parts(self) -> dict[str, Any]:
        """Return the attributes of the schema."""
        self._walk(self.primary, "", "")
        preloads = self._preloads()
        points = [one for one in self.fields if one.type == "geopoint"]
        points.sort(key=lambda one: one.table != "")
        by_path = {one.path for one in self.fields}
        return {
            "form_id": self.form_id, "version": self.version, "root": local(self.primary.tag),
            "title": " ".join("".join(self.title.itertext()).split()) if self.title is not None else "",
            "languages": self.itext.languages, "fields": tuple(self.fields), "tables": tuple(self.tables),
            "media": self._media(), "entities": tuple(self._saved()),
            "entities_version": attributes(self.model).get("entities-version", ""),
            "start": preloads.get("start", ""), "end": preloads.get("end", ""),
            "device": preloads.get("device", ""),
            "instance_name": "/meta/instanceName" if "/meta/instanceName" in by_path else "",
            "place": points[0].path if points else "",
            "itemsets": {
                one.get("id", ""): name for one in self.secondary
                if (name := one.get("src", "").strip()) and one.get("id")
            },
        }  # fmt: skip

    def _walk(self, node: etree._Element, path: str, table: str) -> None:
        seen: set[str] = set()
        for one in node:
            name = local(one.tag)
            at = f"{path}/{name}"
            if name in seen:
                if at in self.body.repeats:  # the template and its first row
                    continue
                raise XFormError("twice", at)
            seen.add(name)
            if at in self.body.repeats:
                self.fields.append(self._structure(at, name, table, "repeat"))
                self.tables.append(Table(path=at, column=at, parent=table))
                self._walk(one, at, at)
            elif len(one) or self._is_empty_structure(at):
                self.fields.append(self._structure(at, name, table, "group"))
                if at.endswith("/meta/entity"):
                    self._entity(one, at, table)
                self._walk(one, at, table)
            else:
                self.fields.append(self._field(one, at, name, table))

    def _is_empty_structure(self, at: str) -> bool:
        control = self.body.controls.get(at)
        return at.endswith("/meta/entity") or (control is not None and control.kind == "group")

    def _structure(self, at: str, name: str, table: str, kind: str) -> Field:
        control, bind = self.body.controls.get(at) or Control(), self.binds.get(at, {})
        return Field(
            path=at, name=name, type=kind, column=at, table=table, control=kind, label=control.label,
            hint=control.hint, appearance=control.appearance, relevant=bind.get("relevant", "").strip(),
        )  # fmt: skip

    def _field(self, node: etree._Element, at: str, name: str, table: str) -> Field:
        control, bind = self.body.controls.get(at) or Control(), self.binds.get(at, {})
        said = bind.get("type", "").strip()
        default = (node.text or "").strip()
        if default:
            self.defaults.append(default)
        calculate, readonly = expression(bind.get("calculate", "")), truth(bind.get("readonly", ""))
        is_note = control.kind == "input" and readonly == "true()" and not (calculate or default)
        return Field(
            path=at, name=name, type=_type(said, control.kind, at), column=at, table=table, bind=said,
            control="note" if is_note and _type(said, "", at) == "string" else control.kind,
            mediatype=control.mediatype, label=control.label, hint=control.hint, choices=control.choices,
            itemset=control.itemset, required=truth(bind.get("required", "")),
            required_message=self.itext.referred(bind.get("requiredMsg", "")),
            constraint=expression(bind.get("constraint", "")),
            constraint_message=self.itext.referred(bind.get("constraintMsg", "")),
            relevant=expression(bind.get("relevant", "")), calculate=calculate, readonly=readonly,
            appearance=control.appearance, default=default, saveto=bind.get("saveto", "").strip(),
        )  # fmt: skip

    def _entity(self, node: etree._Element, at: str, table: str) -> None:
        said = attributes(node)
        self.entities.append(
            Entity(
                dataset=said.get("dataset", "").strip(), path=at, table=table, create="create" in said,
                update="update" in said, label=f"{at}/label" if child(node, "label") is not None else "",
            )
        )  # fmt: skip

    def _saved(self) -> Iterator[Entity]:
        """Give each saved property to the nearest declaration around its field."""
        homes = {one.path.removesuffix("/meta/entity"): one for one in self.entities}
        saved: dict[str, dict[str, str]] = {one.path: {} for one in self.entities}
        for one in self.fields:
            home = one.path
            while one.saveto and home:
                home = home.rpartition("/")[0]
                if home in homes:
                    saved[homes[home].path][one.path] = one.saveto
                    break
        return (replace(one, saveto=saved[one.path]) for one in self.entities)

    def _preloads(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path, bind in self.binds.items():
            kind, what = bind.get("preload", ""), bind.get("preloadParams", "")
            if kind == "timestamp" and what in ("start", "end"):
                found.setdefault(what, path)
            elif kind == "property" and what in _DEVICE:
                found.setdefault("device", path)
        return found

    def _media(self) -> tuple[Media, ...]:
        """Return every file the form names: texts, instances, defaults, search(), pulldata."""
        found: dict[str, Media] = {}
        for form, said in self.itext.media:
            if match := _SOURCE.match(said):
                kind = _FORMS.get(form, _FOLDERS[match.group(1)])
                found.setdefault(match.group(2), Media(name=match.group(2), kind=kind))
        sources = [one.get("src", "") for one in self.secondary]
        for said in [*sources, *self.defaults]:
            if match := _SOURCE.match(said):
                found.setdefault(match.group(2), Media(name=match.group(2), kind=_FOLDERS[match.group(1)]))
        for one in self.fields:
            if match := _SEARCH.match(one.appearance):
                name = match.group(2) if match.group(2).endswith(".csv") else f"{match.group(2)}.csv"
                found.setdefault(name, Media(name=name, kind="file"))
        if self.body.asks_itemsets:
            found.setdefault("itemsets.csv", Media(name="itemsets.csv", kind="file"))
        return tuple(found.values())


def _type(said: str, control: str, at: str) -> str:
    known = _TYPES.get(said.lower(), _TYPES.get(said, said.rpartition(":")[2]))
    if at == "/meta/audit" or (control == "upload" and known == "string"):
        return "binary"
    if control in _SELECTS:
        return control
    return known
