"""``haicap messages``: keep each area's Vietnamese catalogue complete and compiled, without system tools."""

import io
import re
from argparse import ArgumentParser
from pathlib import Path

from babel.messages import catalog, extract, mofile, pofile
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[3]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = "# Vietnamese texts of this area.\n"
_FLAGS = {"python-format", "python-brace-format"}


def _sources(area: Path) -> list[Path]:
    found = [*area.rglob("*.py"), *area.rglob("templates/**/*.html"), *area.rglob("templates/**/*.txt")]
    return sorted(path for path in found if not {"tests", "migrations"} & set(path.relative_to(area).parts))


def _from_template(text: str) -> str:
    """Return the texts of a template as Python calls, without the indentation of its blocks."""
    return "\n".join(line.strip() for line in templatize(text).splitlines())


def _collect(area: Path) -> catalog.Catalog:
    found = catalog.Catalog(locale="vi", header_comment=HEADER, fuzzy=False)
    for path in _sources(area):
        text = path.read_text(encoding="utf-8")
        source = text if path.suffix == ".py" else _from_template(text)
        name = path.relative_to(ROOT.parent).as_posix()
        for _line, message, _comments, context in extract.extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            found.add(message, locations=[(name, 0)], context=context)
    return found


def _read(path: Path) -> catalog.Catalog:
    if not path.exists():
        return catalog.Catalog(locale="vi")
    with path.open("rb") as file:
        return pofile.read_po(file, locale="vi")


def _merge(area: Path) -> tuple[catalog.Catalog, list[str]]:
    """Return the area's catalogue brought up to date, and the texts that have no Vietnamese yet."""
    old = _read(area / "locale/vi/LC_MESSAGES/django.po")
    merged = _collect(area)
    for message in merged:
        if message.id and (known := old.get(message.id, message.context)) is not None:
            message.string = known.string
    missing = [str(m.id) for m in merged if m.id and not _is_translated(m)]
    return merged, missing


def _is_translated(message: catalog.Message) -> bool:
    if isinstance(message.id, tuple):
        strings = message.string if isinstance(message.string, (tuple, list)) else ()
        return bool(strings) and all(strings)
    return bool(message.string)


def _broken(merged: catalog.Catalog) -> list[str]:
    """Return the texts whose placeholders differ from the source's."""
    pattern = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w*\}")
    faults = []
    for message in merged:
        if not message.id or not _is_translated(message):
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        wanted = set(pattern.findall(str(ids[-1])))
        faults += [str(ids[0]) for text in strings if set(pattern.findall(str(text))) != wanted]
    return faults


def _at_odds() -> list[str]:
    """Return the texts that areas translate differently: people would see only one, and everywhere."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for path in sorted(ROOT.glob("*/locale/vi/LC_MESSAGES/django.po")):
        for message in _read(path):
            if message.id and _is_translated(message):
                text = found.setdefault((message.context or "", str(message.id)), {})
                text.setdefault(str(message.string), set()).add(path.relative_to(ROOT).parts[0])
    return [
        f"{', '.join(sorted(set().union(*ways.values())))}: at odds, say the same or give a context: {text}"
        for (_context, text), ways in found.items()
        if len(ways) > 1
    ]


def _dump(merged: catalog.Catalog) -> bytes:
    buffer = io.BytesIO()
    pofile.write_po(buffer, merged, width=110, sort_output=True, include_lineno=False, omit_header=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if not re.match(r'"(POT-Creation|PO-Revision|Last-Translator|Generated-By)', line)
    ]
    return "".join(kept).encode()


class Command(BaseCommand):
    help = "Bring the Vietnamese catalogues up to date and compile them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("areas", nargs="*", help="only these areas")
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where a text is missing"
        )
        parser.add_argument("--compile", action="store_true", help="only compile what is there")

    def handle(self, areas: list[str], check: bool, compile: bool, **options: object) -> None:
        faults: list[str] = []
        for area in sorted(path for path in ROOT.iterdir() if (path / "__init__.py").exists()):
            if areas and area.name not in areas:
                continue
            path = area / "locale/vi/LC_MESSAGES/django.po"
            if not compile:
                faults += self._update(area, path, write=not check)
            if not check:
                self._compile(path)
        faults += _at_odds()
        for fault in faults:
            self.stderr.write(fault)
        if check and faults:
            raise CommandError(f"{len(faults)} text(s) to put right; run: haicap messages")

    def _update(self, area: Path, path: Path, *, write: bool) -> list[str]:
        merged, missing = _merge(area)
        if not len(merged):
            return []
        text = _dump(merged)
        stale = not path.exists() or path.read_bytes() != text
        if write and stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        faults = [f"{area.name}: not in Vietnamese: {text}" for text in missing]
        faults += [f"{area.name}: placeholders differ: {text}" for text in _broken(merged)]
        if stale and not write:
            faults.append(f"{area.name}: the catalogue is not up to date")
        return faults

    def _compile(self, path: Path) -> None:
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                mofile.write_mo(file, _read(path))
