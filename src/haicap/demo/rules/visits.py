"""Sample answers to the form of field visits (`forms/field_visit.md`), and the XML a field client would send."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from xml.sax.saxutils import escape

EQUIPMENT = ("ticket", "scanner", "printer", "computer", "signs")
TROUBLES = (
    "Phần mềm dùng chung hay gián đoạn giờ cao điểm (mẫu)",
    "Thiếu máy quét cho quầy số 2 (mẫu)",
    "Chưa có bảng chỉ dẫn cho người cao tuổi (mẫu)",
    "Đường truyền chậm vào đầu giờ sáng (mẫu)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleVisit:
    """One filled form: its identity, its XML and the photo it names (PNG bytes), if any."""

    instance_id: str
    xml: bytes
    photo: tuple[str, bytes] | None


def sample_photo(*, shade: int) -> bytes:
    """Return a PNG (ISO/IEC 15948) of 48 x 32 pixels in one shade of red (0 to 255)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes((shade, 60, 70)) * 48) * 32
    head = struct.pack(">IIBBBBB", 48, 32, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def sample_visit(
    *, random: Random, unit: Mapping[str, str], entity: UUID, version: int, at: datetime, is_odd: bool
) -> SampleVisit:
    """Return a visit to `unit` (code and a place "latitude longitude 0 0" or ""); `is_odd` gives figures far off."""
    identity = f"uuid:{UUID(int=random.getrandbits(128), version=4)}"
    waiting = random.randint(300, 480) if is_odd else random.randint(2, 35)
    minutes = random.randint(200, 420) if is_odd else random.randint(4, 40)
    counters = [(f"Quầy số {number}", random.randint(1, 4)) for number in range(1, random.randint(2, 6))]
    photo = f"anh-{unit['code']}.png" if random.random() < 0.35 else ""
    trouble = random.choice(TROUBLES) if random.random() < 0.25 else ""
    took = timedelta(minutes=random.randint(6, 25), seconds=random.randint(0, 59))
    equipment = " ".join(one for one in EQUIPMENT if random.random() < 0.7)
    place = _tags(
        unit=str(entity), unit_code=unit["code"], visited_on=at.date().isoformat(), position=unit["place"]
    )
    hall = _tags(
        waiting=waiting, minutes=minutes, equipment=equipment, order=random.randint(2, 5), photo=photo
    )
    name = f"{unit['code']} {at.date()}"
    xml = (
        '<data id="field_visit" version="1">'
        f"{_tags(start=at.isoformat(), end=(at + took).isoformat(), deviceid='may-tinh-bang-mau')}"
        f"<place>{place}</place><hall>{hall}</hall>{_counters(counters)}"
        f"{_tags(trouble='yes' if trouble else 'no', trouble_what=trouble)}"
        f'<meta><entity dataset="communes" update="1" id="{entity}" baseVersion="{version}"/>'
        f"{_tags(instanceID=identity, instanceName=name)}</meta></data>"
    )
    shot = (photo, sample_photo(shade=random.randint(90, 220))) if photo else None
    return SampleVisit(instance_id=identity, xml=xml.encode(), photo=shot)


def _tags(**values: object) -> str:
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in values.items())


def _counters(counters: Sequence[tuple[str, int]]) -> str:
    return "".join(
        f"<counter>{_tags(counter_name=name, officers=officers)}</counter>" for name, officers in counters
    )
