"""Sample difficulties and good practice, in the words of no real unit."""

from dataclasses import dataclass
from datetime import date
from random import Random

_DIFFICULTIES = (
    ("organisation", "A2", "city", "staff", "Sở Nội vụ", "Thiếu công chức chuyên môn đất đai, xây dựng"),
    ("organisation", "A2", "city", "guide", "Sở Nội vụ", "Chưa rõ số lượng cấp phó của phòng chuyên môn"),
    (
        "streamlining",
        "A6",
        "city",
        "guide",
        "Sở Nội vụ",
        "Chưa thống nhất cách xác định người thuộc diện tinh giản",
    ),
    ("regime", "A6", "city", "fund", "Sở Tài chính", "Kinh phí chi trả chế độ cấp chậm so với quyết định"),
    (
        "regime",
        "A6",
        "central",
        "amend",
        "Bộ Nội vụ",
        "Người hoạt động không chuyên trách chưa rõ chế độ áp dụng",
    ),
    ("other", "A3", "city", "equip", "Sở Tài chính", "Trụ sở cũ xuống cấp, thiếu phòng làm việc"),
    ("other", "A4", "city", "equip", "Sở Khoa học và Công nghệ", "Đường truyền chậm vào giờ cao điểm"),
    ("other", "A4", "commune", "train", "UBND cấp xã", "Công chức mới chưa thạo hệ thống giải quyết thủ tục"),
    ("other", "A5", "city", "hand_over", "Sở Xây dựng", "Dự án dở dang chưa xác định chủ đầu tư"),
    (
        "other",
        "A7",
        "city",
        "hand_over",
        "Sở Nội vụ",
        "Hồ sơ lưu trữ của quận cũ chưa chỉnh lý trước bàn giao",
    ),
)
_PRACTICES = (
    ("A4", "Tiếp nhận hồ sơ ngoài giờ hành chính vào sáng thứ Bảy"),
    ("A4", "Tổ lưu động hướng dẫn nộp hồ sơ trực tuyến tại khu phố"),
    ("A7", "Số hóa mục lục hồ sơ trước khi bàn giao"),
    ("A0", "Giao ban ngắn mỗi sáng để gỡ vướng ngay trong ngày"),
    ("A8", "Trả lời ý kiến người dân trong ngày trên trang thông tin"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDifficulty:
    """A difficulty to record; `severity` 1 to 4, 4 with a proof."""

    group: str
    area: str
    level: str
    verb: str
    body: str
    text: str
    severity: int
    due: date


def sample_difficulty(*, random: Random, due: date) -> SampleDifficulty:
    """Return one difficulty."""
    group, area, level, verb, body, text = random.choice(_DIFFICULTIES)
    return SampleDifficulty(
        group=group,
        area=area,
        level=level,
        verb=verb,
        body=body,
        text=f"{text} (mẫu).",
        severity=random.choice((1, 2, 2, 3, 3, 4)),
        due=due,
    )


def sample_practice(*, random: Random) -> tuple[str, str]:
    """Return (area code, text) of one good practice."""
    area, text = random.choice(_PRACTICES)
    return area, f"{text} (mẫu)."
