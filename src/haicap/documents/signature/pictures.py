"""What is seen of a signature: name in blue, seal in red (Decree 30/2020/NĐ-CP, Appendix I, II.7 and 8)."""

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BLUE, RED = (20, 60, 160, 255), (200, 16, 36, 255)
_SCALE = 4  # dots for a point


def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def name_picture(
    *, name: str, font: Path, note: str = "", width: float = 142, height: float = 68
) -> Image.Image:
    """Return the signer's name as handwriting stands, blue on nothing; `note` in small letters below. Points."""
    picture = Image.new("RGBA", (round(width * _SCALE), round(height * _SCALE)), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    size = round(height * _SCALE * 0.34)
    while size > 8 and draw.textlength(name, font=_font(font, size)) > picture.width * 0.92:
        size -= 2
    middle = picture.width / 2
    draw.text((middle, picture.height * 0.42), name, font=_font(font, size), fill=BLUE, anchor="mm")
    draw.line(
        (middle * 0.35, picture.height * 0.62, middle * 1.65, picture.height * 0.58), fill=BLUE, width=_SCALE
    )
    if note:
        small = _font(font, round(height * _SCALE * 0.13))
        draw.text((middle, picture.height * 0.85), note, font=small, fill=BLUE, anchor="mm")
    return picture


def seal_picture(*, text: str, font: Path, side: float = 102) -> Image.Image:
    """Return a round red seal with `text` around a star, on nothing; `side` in points."""
    edge = round(side * _SCALE)
    picture = Image.new("RGBA", (edge, edge), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    line = max(2, edge // 50)
    draw.ellipse((line, line, edge - line, edge - line), outline=RED, width=line)
    draw.ellipse((edge * 0.24, edge * 0.24, edge * 0.76, edge * 0.76), outline=RED, width=max(1, line // 2))
    draw.polygon(_star(edge / 2, edge / 2, edge * 0.17), fill=RED)
    _around(
        picture, text.upper(), _font(font, max(8, round(edge * min(0.085, 2.1 / max(len(text), 1))))), edge
    )
    return picture


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for number in range(10):
        reach = radius if number % 2 == 0 else radius * 0.4
        angle = math.pi * number / 5 - math.pi / 2
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points


def _around(picture: Image.Image, text: str, font: ImageFont.FreeTypeFont, edge: int) -> None:
    """Write `text` along a circle, its middle at the top."""
    radius = edge * 0.37
    widths = [font.getlength(sign) for sign in text]
    spread = min(sum(widths) / radius, 1.85 * math.pi)
    angle = -math.pi / 2 - spread / 2
    for sign, width in zip(text, widths, strict=True):
        part = spread * width / max(sum(widths), 1)
        middle = angle + part / 2
        angle += part
        tile = Image.new("RGBA", (round(font.size * 2), round(font.size * 2)), (255, 255, 255, 0))
        ImageDraw.Draw(tile).text((font.size, font.size), sign, font=font, fill=RED, anchor="mm")
        turned = tile.rotate(-math.degrees(middle) - 90, resample=Image.Resampling.BICUBIC)
        x = round(edge / 2 + radius * math.cos(middle) - turned.width / 2)
        y = round(edge / 2 + radius * math.sin(middle) - turned.height / 2)
        picture.alpha_composite(turned, (max(0, x), max(0, y)))
