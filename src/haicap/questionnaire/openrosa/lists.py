"""The lists clients read: of forms, and of the files of a form."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from lxml import etree

from haicap.questionnaire.models import FormMedia, FormVersion
from haicap.questionnaire.openrosa.door import Caller
from haicap.questionnaire.openrosa.errors import TEXT_XML
from haicap.questionnaire.queries.entities import dataset_md5

FORMS = "http://openrosa.org/xforms/xformsList"
FILES = "http://openrosa.org/xforms/xformsManifest"


def base(request: HttpRequest, caller: Caller, campaign_id: int) -> str:
    """Return the absolute beginning of the addresses a caller is given: the way they came."""
    return request.build_absolute_uri(f"/v1/{caller.prefix}projects/{campaign_id}")


def form_list(versions: Iterable[FormVersion], *, base: str, caller: Caller) -> HttpResponse:
    """Return the list of forms; those with files have a manifest."""
    root = etree.Element("xforms", nsmap={None: FORMS})
    for version in versions:
        place = form_place(version, base=base, caller=caller)
        one = etree.SubElement(root, "xform")
        _texts(
            one, formID=version.form.form_id, name=version.form.title or version.form.form_id, version=version.version,
            hash=f"md5:{version.md5}", downloadUrl=f"{place}.xml{caller.suffix}",
        )  # fmt: skip
        if getattr(version, "has_media", False):
            _texts(one, manifestUrl=f"{place}/manifest{caller.suffix}")
    return _xml(root)


def form_place(version: FormVersion, *, base: str, caller: Caller) -> str:
    """Return the beginning of the addresses of one form."""
    draft = "/draft" if caller.draft is not None else ""
    return f"{base}/forms/{quote(version.form.form_id, safe='')}{draft}"


def manifest(media: Sequence[FormMedia], *, base: str, place: str, caller: Caller) -> HttpResponse:
    """Return the list of files of a form; a list of entities says where to ask whether one is still there."""
    root = etree.Element("manifest", nsmap={None: FILES})
    for file in media:
        one = etree.SubElement(root, "mediaFile")
        digest = file.md5
        if file.dataset is not None:
            one.set("type", "entityList")
            digest = dataset_md5(file.dataset)
        address = f"{place}/attachments/{quote(file.name, safe='')}{caller.suffix}"
        _texts(one, filename=file.name, hash=f"md5:{digest}", downloadUrl=address)
        if file.dataset is not None:
            name = quote(file.dataset.name, safe="")
            _texts(one, integrityUrl=f"{base}/datasets/{name}/integrity{caller.suffix}")
    return _xml(root)


def _texts(parent: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = text


def _xml(root: etree._Element) -> HttpResponse:
    return HttpResponse(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), content_type=TEXT_XML)
