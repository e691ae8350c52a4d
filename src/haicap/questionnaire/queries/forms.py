"""Reads of forms, and the plan as the form rules take it."""

from functools import lru_cache

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, Field, Indicator
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Form, FormVersion
from haicap.questionnaire.rules.instance import Template
from haicap.questionnaire.rules.plan import Ask, Both, Condition, Item, Open, Plan, Topic

_EVIDENCE = {
    "D": Both(vi="quyết định, văn bản (số, ngày, tệp)", en="decision or regulation (number, date, file)"),
    "L": Both(vi="danh sách", en="list or roster"),
    "S": Both(vi="số liệu kết xuất từ hệ thống", en="export of the system"),
    "P": Both(vi="ảnh có ngày chụp", en="dated photo"),
    "M": Both(vi="biên bản bàn giao", en="handover minutes"),
    "F": Both(vi="chứng từ kho bạc, kế toán", en="treasury or accounting paper"),
    "C": Both(vi="hợp đồng, biên bản nghiệm thu", en="contract, acceptance"),
    "I": Both(vi="giấy mời, đường dẫn", en="invitation, link"),
}


def _versions(campaign: Campaign) -> QuerySet[FormVersion]:
    return FormVersion.objects.filter(form__campaign=campaign, form__purpose=Form.Purpose.REPORT)


def forms_for(*, actor: Actor, campaign: Campaign) -> QuerySet[FormVersion]:
    """Return the versions of the form, newest first, without their XForms."""
    actor.must("questionnaire.form:read")
    return _versions(campaign).defer("xform", "schema").select_related("created_by")


def form_for(*, actor: Actor, campaign: Campaign, version: int | None = None) -> FormVersion:
    """Return one version, or the published one; raises Missing where there is none.

    Whoever sees the campaign may read its form: it is the same for all units.
    """
    rows = _versions(campaign).defer("schema")
    rows = rows.filter(number=version) if version else rows.filter(state=FormVersion.State.PUBLISHED)
    form = rows.first()
    if form is None or not actor.is_signed_in:
        raise Missing("form.missing", _("The questionnaire is not published yet. Ask the secretariat."))
    return form


@lru_cache(maxsize=8)
def _template(form_id: int, sha256: str) -> Template:
    return Template(FormVersion.objects.values_list("xform", flat=True).get(pk=form_id))


def template_of(*, form: FormVersion) -> Template:
    """Return the empty instance of a form; published forms never change, so it is kept in memory."""
    return _template(form.pk, form.sha256)


def _evidence(codes: str) -> Both:
    known = [_EVIDENCE[code.strip()] for code in codes.split(",") if code.strip() in _EVIDENCE]
    if not known:
        return Both(vi="", en="")
    return Both(
        vi="Minh chứng: " + "; ".join(kind.vi for kind in known),
        en="Evidence: " + "; ".join(kind.en for kind in known),
    )


def _ask(field: Field) -> Ask:
    return Ask(
        key=field.key,
        label=Both(vi=field.label_vi, en=field.label_en),
        type=field.type,
        unit=field.unit,
        required=field.required,
        minimum=field.minimum,
        maximum=field.maximum,
        choices=tuple(
            (str(c["value"]), Both(vi=c["label_vi"], en=c.get("label_en") or c["label_vi"]))
            for c in field.choices
        ),
        calculation=field.calculation,
    )


def _item(indicator: Indicator) -> Item:
    fields = tuple(_ask(field) for field in indicator.fields.all())
    asked = any(not ask.calculation for ask in fields)
    return Item(
        code=indicator.code,
        name=Both(vi=indicator.name_vi, en=indicator.name_en),
        fields=fields,
        evidence=_evidence(indicator.evidence) if asked else Both(vi="", en=""),
        note=Both(vi=indicator.note_vi, en=indicator.note_en),
    )


def plan_of(*, campaign: Campaign) -> Plan:
    """Return the plan of `campaign` as the form rules take it (6 queries whatever its size)."""
    fields = Field.objects.order_by("order")
    indicators = Indicator.objects.order_by("order").prefetch_related(Prefetch("fields", queryset=fields))
    areas = campaign.areas.order_by("order").prefetch_related(
        Prefetch("indicators", queryset=indicators), "questions"
    )
    topics = tuple(
        Topic(
            code=area.code,
            name=Both(vi=area.name_vi, en=area.name_en),
            items=tuple(_item(indicator) for indicator in area.indicators.all()),
            questions=tuple(
                Open(key=q.key, text=Both(vi=q.text_vi, en=q.text_en))
                for q in sorted(area.questions.all(), key=lambda q: (q.order, q.number))
            ),
        )
        for area in areas
    )
    conditions = tuple(
        Condition(
            key=rule.key,
            severity=rule.severity,
            expression=rule.expression,
            fields=tuple(rule.fields),
            message=Both(vi=rule.message_vi, en=rule.message_en),
        )
        for rule in campaign.rules.order_by("order")
    )
    title = Both(vi=campaign.title_vi, en=campaign.title_en)
    return Plan(code=campaign.code, title=title, topics=topics, conditions=conditions)
