"""How frozen figures are written in Vietnamese documents."""

from datetime import date
from decimal import Decimal
from typing import Any

from haicap.findings.papers import GROUP_NAMES, LEVEL_NAMES, STATE_NAMES

__all__ = [
    "GROUP_NAMES",
    "LEVEL_NAMES",
    "REPORT_NAMES",
    "STATE_NAMES",
    "TYPE_NAMES",
    "day",
    "headline",
    "number",
    "plural_types",
]

TYPE_NAMES = {"ward": "phường", "commune": "xã", "special_zone": "đặc khu"}
REPORT_NAMES = {
    "not_started": "Chưa báo cáo",
    "drafting": "Đang soạn",
    "submitted": "Chờ Chủ tịch ký",
    "signed": "Đã gửi",
    "returned": "Trả lại",
    "accepted": "Đã tiếp nhận",
}


def number(text: str | None) -> str:
    """Return a plain decimal with dots between thousands and a decimal comma; `–` where there is none."""
    if text is None:
        return "–"
    whole, _point, part = f"{Decimal(text):,f}".partition(".")
    return whole.replace(",", ".") + (f",{part}" if part else "")


def day(text: str | None) -> str:
    """Return 2025-08-05 as 05/08/2025."""
    return f"{date.fromisoformat(text):%d/%m/%Y}" if text else "–"


def headline(field: dict[str, Any], side: dict[str, Any]) -> str:
    """Return the one figure that stands for a field: its total, percent, count of yes, median or dates."""
    if not side["counted"] and not side.get("rated"):
        return "–"
    match field["type"]:
        case "yes_no":
            return f"{side['choices']['yes']} có ({number(side.get('share'))}%)"
        case "percent" if field["rate"]:
            return "–" if side.get("share") is None else f"{number(side['share'])}%"
        case "percent":
            return f"trung vị {number(side['median'])}%"
        case "choice" | "multi":
            labels = {value: label for value, label, _en in field["choices"]}
            return "; ".join(f"{labels.get(value, value)}: {n}" for value, n in side["choices"].items())
        case "date":
            return f"{day(side.get('first'))} - {day(side.get('last'))}"
        case "text":
            return f"{side['counted']} đơn vị nêu"
    if side.get("total") is not None:
        return number(side["total"])
    return f"trung vị {number(side.get('median'))}"


def plural_types(by_type: dict[str, int]) -> str:
    """Return `113 phường, 54 xã, 1 đặc khu`."""
    return ", ".join(f"{by_type[kind]} {name}" for kind, name in TYPE_NAMES.items() if by_type.get(kind))
