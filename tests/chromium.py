"""A Chromium to drive: the one on the machine, else one that is installed here."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _on_path() -> str | None:
    given = os.environ.get("HAICAP_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def _from_playwright() -> str | None:
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        check=False,
        capture_output=True,
        timeout=600,
    )
    if done.returncode:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _from_the_system() -> str | None:
    if not shutil.which("apt-get"):
        return None
    become = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium", "fonts-dejavu-core"]):
        subprocess.run([*become, "apt-get", *step], check=False, env=environment, stdout=subprocess.DEVNULL)
    return _on_path()


def find_chromium() -> str:
    """Return the path of a Chromium, installing one where there is none; raises SystemExit saying what to do."""
    found = _on_path() or _from_the_system() or _from_playwright()
    if found is None:
        raise SystemExit("No Chromium: install the package `chromium`, or set HAICAP_CHROMIUM to its path.")
    return found
