"""The service document and the metadata document (CSDL XML) that Excel, Power BI and R read first."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import quoteattr

from haicap.questionnaire.rules.odata.layout import ROOT, Group, Layout, Leaf, Link, Member
from haicap.questionnaire.rules.odata.names import distinct, identifier

_BASE = "org.opendatakit.user"
_TYPES = {
    "int": "Edm.Int64", "decimal": "Edm.Decimal", "boolean": "Edm.Boolean", "date": "Edm.Date",
    "dateTime": "Edm.DateTimeOffset", "geopoint": "Edm.GeographyPoint", "geotrace": "Edm.GeographyLineString",
    "geoshape": "Edm.GeographyPolygon",
}  # fmt: skip
_SUBMISSION = (
    ("submissionDate", "Edm.DateTimeOffset"), ("updatedAt", "Edm.DateTimeOffset"), ("deletedAt", "Edm.DateTimeOffset"),
    ("submitterId", "Edm.String"), ("submitterName", "Edm.String"), ("attachmentsPresent", "Edm.Int64"),
    ("attachmentsExpected", "Edm.Int64"), ("status", "org.opendatakit.submission.Status"),
    ("reviewState", "org.opendatakit.submission.ReviewState"), ("deviceId", "Edm.String"), ("edits", "Edm.Int64"),
    ("formVersion", "Edm.String"),
)  # fmt: skip
_ENTITY = (
    ("createdAt", "Edm.DateTimeOffset"), ("creatorId", "Edm.String"), ("creatorName", "Edm.String"),
    ("updates", "Edm.Int64"), ("updatedAt", "Edm.DateTimeOffset"), ("deletedAt", "Edm.DateTimeOffset"),
    ("version", "Edm.Int64"), ("conflict", "Edm.String"),
)  # fmt: skip
_ENUMS = (
    ("Status", ("notDecrypted", "missingEncryptedFormData")),
    ("ReviewState", ("hasIssues", "edited", "rejected", "approved")),
)
_TERM = "Org.OData.Capabilities.V1"
Document = dict[str, object]


def _service(context: str, names: Iterable[str]) -> Document:
    return {
        "@odata.context": f"{context}/$metadata",
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in names],
    }


def submissions_service(layout: Layout, *, address: str) -> Document:
    """Return the service document of a form; `address` is that of its .svc."""
    return _service(address, (table.name for table in layout.tables))


def entities_service(*, address: str) -> Document:
    """Return the service document of a dataset."""
    return _service(address, ["Entities"])


def _property(name: str, kind: str) -> str:
    more = ' Scale="variable"' if kind == "Edm.Decimal" else ""
    return f"<Property Name={quoteattr(name)} Type={quoteattr(kind)}{more}/>"


def _key() -> str:
    return '<Key><PropertyRef Name="__id"/></Key><Property Name="__id" Type="Edm.String" Nullable="false"/>'


def _annotations(properties: Sequence[str]) -> str:
    paths = "".join(f"<PropertyPath>{name}</PropertyPath>" for name in properties)
    return (
        f'<Annotation Term="{_TERM}.ConformanceLevel" EnumMember="{_TERM}.ConformanceLevelType/Minimal"/>'
        f'<Annotation Term="{_TERM}.BatchSupported" Bool="false"/>'
        f'<Annotation Term="{_TERM}.CountRestrictions"><Record>'
        f'<PropertyValue Property="Countable" Bool="true"/></Record></Annotation>'
        f'<Annotation Term="{_TERM}.FilterRestrictions"><Record><PropertyValue Property="Filterable" Bool="true"/>'
        f'<PropertyValue Property="RequiresFilter" Bool="false"/>'
        f'<PropertyValue Property="NonFilterableProperties"><Collection>{paths}</Collection></PropertyValue>'
        f"</Record></Annotation>"
        f'<Annotation Term="{_TERM}.SortRestrictions"><Record><PropertyValue Property="Sortable" Bool="false"/>'
        f"</Record></Annotation>"
        f'<Annotation Term="{_TERM}.ExpandRestrictions"><Record><PropertyValue Property="Expandable" Bool="false"/>'
        f"</Record></Annotation>"
    )


def _document(kind: str, metadata: Sequence[tuple[str, str]], enums: str, schema: str) -> str:
    properties = "".join(_property(name, type_) for name, type_ in metadata)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>'
        f'<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="org.opendatakit.{kind}">'
        f'<ComplexType Name="metadata">{properties}</ComplexType>{enums}</Schema>'
        f"{schema}</edmx:DataServices></edmx:Edmx>"
    )


class _Types:
    """Collects the types of a form's tables."""

    def __init__(self, layout: Layout, namespace: str) -> None:
        self.layout, self.namespace = layout, namespace
        self.complex: list[str] = []

    def members(self, members: Sequence[Member], path: str) -> str:
        """Return the properties of a table or group; groups inside become types of their own."""
        found = []
        for one in members:
            if isinstance(one, Leaf):
                found.append(_property(one.name, _TYPES.get(one.type, "Edm.String")))
            elif isinstance(one, Group):
                inner = f"{path}.{one.name}" if path else one.name
                found.append(_property(one.name, f"{self.namespace}.{inner}"))
                written = self.members(one.members, inner)
                self.complex.append(f'<ComplexType Name="{inner}">{written}</ComplexType>')
            else:
                found.append(self._link(one))
        return "".join(found)

    def _link(self, link: Link) -> str:
        target = f"{self.namespace}.{self.layout.by_column[link.table].name}"
        return f'<NavigationProperty Name="{link.name}" Type="Collection({target})"/>'


def submissions_edmx(layout: Layout, *, form_id: str) -> str:
    """Return the metadata document of a form."""
    namespace = f"{_BASE}.{identifier(form_id)}"
    types = _Types(layout, namespace)
    tables, sets = [], []
    for table in layout.tables:
        first = (
            _property(table.parent_property, "Edm.String")
            if table.column
            else _property("__system", "org.opendatakit.submission.metadata")
        )
        members = types.members(table.members, table.name.removeprefix(ROOT).lstrip("."))
        tables.append(f'<EntityType Name="{table.name}">{_key()}{first}{members}</EntityType>')
        notes = "" if table.column else _annotations([one.name for one in table.members])
        sets.append(
            f'<EntitySet Name="{table.name}" EntityType="{namespace}.{table.name}">{notes}</EntitySet>'
        )
    schema = (
        f'<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="{namespace}">{"".join(tables)}'
        f"{''.join(types.complex)}<EntityContainer Name={quoteattr(identifier(form_id))}>{''.join(sets)}"
        "</EntityContainer></Schema>"
    )
    enums = "".join(
        f'<EnumType Name="{name}">{"".join(f"""<Member Name="{one}"/>""" for one in members)}</EnumType>'
        for name, members in _ENUMS
    )
    return _document("submission", _SUBMISSION, enums, schema)


def entities_edmx(*, dataset: str, properties: Sequence[str]) -> str:
    """Return the metadata document of a dataset."""
    namespace = f"{_BASE}.{identifier(dataset)}"
    names = distinct(properties)
    members = "".join(_property(name, "Edm.String") for name in ["label", *names])
    schema = (
        f'<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="{namespace}">'
        f'<EntityType Name="Entities">{_key()}{_property("__system", "org.opendatakit.entity.metadata")}{members}'
        f"</EntityType><EntityContainer Name={quoteattr(identifier(dataset))}>"
        f'<EntitySet Name="Entities" EntityType="{namespace}.Entities">{_annotations(names)}</EntitySet>'
        "</EntityContainer></Schema>"
    )
    return _document("entity", _ENTITY, "", schema)
