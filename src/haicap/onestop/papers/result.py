"""The result of a dossier as an official document."""

from datetime import date, datetime

from haicap.documents import pdf
from haicap.documents.decree30 import Document, Paragraph, QrCode, Signer
from haicap.documents.rules import Authority
from haicap.kernel.text import nfc
from haicap.onestop.models import Dossier, ResultDraft
from haicap.register.models import Body


def result_document(
    *,
    draft: ResultDraft,
    dossier: Dossier,
    signer_name: str,
    signer_post: str,
    day: date | None,
    address: str = "",
) -> Document:
    """Return the document: of the competent body, with the number reserved, and a QR code that leads to `address`."""
    body = dossier.competent_body
    assert body is not None, "a received dossier has a competent body"
    blocks: list[Paragraph | QrCode] = [
        Paragraph(text=line.strip()) for line in nfc(draft.text).splitlines() if line.strip()
    ]
    if address:
        blocks.append(
            QrCode(
                text=address,
                caption="Quét mã để kiểm tra văn bản này do ai ký, có bị sửa đổi không.",
                side=2.0,
            )
        )
    chair = signer_post.strip().lower() in ("", "chủ tịch", "chủ tịch ubnd")
    given = (
        ((Authority.COLLECTIVE, "Ủy ban nhân dân"),)
        if chair
        else ((Authority.COLLECTIVE, "Ủy ban nhân dân"), (Authority.DEPUTY, "Chủ tịch"))
    )
    committee = body.kind == Body.Kind.COMMUNE_COMMITTEE
    return Document(
        issuer=issuer_of(body),
        symbol=draft.symbol,
        place=place_of(body),
        year=day.year if day else dossier.registered_at.year,
        number=draft.number,
        day=day,
        type_name=draft.type_name,
        summary=draft.summary,
        blocks=tuple(blocks),
        signers=(
            Signer(
                post="Chủ tịch" if chair else "Phó Chủ tịch",
                name=signer_name,
                given=given if committee else (),
            ),
        ),
        recipients=("Người nộp hồ sơ", dossier.code or dossier.reference),
        kept_by="",
        sample=dossier.is_sample,
    )


def issuer_of(body: Body) -> str:
    """Return the lines that stand for a body as issuer."""
    name, prefix = body.name_vi, "Ủy ban nhân dân "
    return f"{prefix.strip()}\n{name.removeprefix(prefix)}" if name.startswith(prefix) else name


def place_of(body: Body) -> str:
    """Return the place that stands before the date: the name of the unit without its kind."""
    return body.unit.name if body.unit is not None else "Thành phố Hồ Chí Minh"


def result_pdf(*, document: Document, made_at: datetime) -> pdf.Built:
    """Return the document as PDF/A with places for signature and seal."""
    return pdf.build(document=document, made_at=made_at)
