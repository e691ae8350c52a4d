"""No template of the project asks for what the site's security policy forbids."""

import re
from pathlib import Path

import pytest
from django.template import engines

SOURCES = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(SOURCES.glob("*/templates/**/*.html"))
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "an inline style sheet": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "htmx that evaluates code": re.compile(r"\bhx-(on|vals\s*=\s*[\"']js:)", re.I),
    "a script address": re.compile(r"javascript:", re.I),
    "another host": re.compile(r"(src|href|action)\s*=\s*[\"'](https?:)?//", re.I),
}
ICON = re.compile(r'\{%\s*icon\s+"([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"')


def name(path: Path) -> str:
    return path.relative_to(SOURCES).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_nothing_inline_and_no_other_host(path):
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_compiles(path):
    engines["django"].from_string(path.read_text(encoding="utf-8"))


def test_every_icon_named_in_a_template_or_menu_exists():
    icons = SOURCES.parents[1] / "node_modules/@tabler/icons/icons/outline"
    if not icons.exists():
        pytest.skip("the frontend's packages are not installed here")
    named: dict[str, str] = {}
    for path in [*TEMPLATES, *SOURCES.glob("*/**/*.py")]:
        if "tests" not in path.parts:
            for found in ICON.findall(path.read_text(encoding="utf-8")):
                named["".join(found)] = name(path)
    assert {icon: where for icon, where in named.items() if not (icons / f"{icon}.svg").exists()} == {}
