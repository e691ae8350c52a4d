"""A hand-over slip as an official document, with a QR code for every dossier on it."""

from collections.abc import Sequence

from django.utils import timezone

from haicap.documents.decree30 import Column, Document, Paragraph, QrCode, Signer, Table
from haicap.onestop.models import Slip, SlipLine
from haicap.onestop.papers.forms import moment
from haicap.onestop.papers.result import issuer_of, place_of


def slip_document(*, slip: Slip, lines: Sequence[SlipLine], address: str) -> Document:
    """Return the slip; its own QR code leads to `address`, each line's holds the code of the dossier."""
    note, day = "(Ký, ghi rõ họ tên)", timezone.localtime(slip.sent_at).date()
    return Document(
        issuer=issuer_of(slip.sender),
        symbol="",
        number_text=f"Số phiếu: {slip.number}",
        place=place_of(slip.sender),
        year=day.year,
        day=day,
        type_name="Phiếu bàn giao hồ sơ",
        summary=f"Nơi nhận: {slip.receiver.name_vi}",
        blocks=(
            Paragraph(lead="Giao lúc:", text=f"{moment(slip.sent_at)}."),
            Paragraph(lead="Người vận chuyển:", text=slip.carrier or "……"),
            Table(
                caption=f"Hồ sơ bàn giao: {len(lines)}",
                columns=(
                    Column(label="STT", share=0.75),
                    Column(label="Mã hồ sơ", share=2.4),
                    Column(label="Thủ tục", share=4),
                    Column(label="Quét khi nhận", share=1.4, align="centre"),
                ),
                rows=tuple(
                    (
                        str(number),
                        str(line.dossier),
                        line.dossier.version.name_vi,
                        QrCode(text=str(line.dossier), side=1.4),
                    )
                    for number, line in enumerate(lines, start=1)
                ),
            ),
            QrCode(text=address, caption="Quét để mở phiếu này khi nhận", side=2.0),
        ),
        signers=(Signer(heading="Bên giao", note=note), Signer(heading="Bên nhận", note=note)),
        sample=any(line.dossier.is_sample for line in lines),
    )
