"""A running site with the demonstration in it, and a browser to walk through it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import FLAGS, find_chromium

HAICAP = (sys.executable, "-m", "haicap")
PASSWORD = "Mau-thu-2025-hai-cap"


def environment_of(data: Path) -> dict[str, str]:
    """Return the environment of a `haicap` command that works on `data`."""
    return {**os.environ, "HAICAP_DATA": str(data)}


def free_port() -> int:
    """Return a port of the loopback interface nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Site:
    """A server that runs, its data folder, and its accounts by role."""

    url: str
    data: Path
    accounts: dict[str, str]
    process: subprocess.Popen[bytes]


@contextmanager
def serving(data: Path, accounts: dict[str, str], **environment: str) -> Iterator[Site]:
    """Run `haicap serve` on `data` until the block ends; a killed server is left dead."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "haicap", "serve", "--port", str(port), "--workers", "2"],
        env={**os.environ, "HAICAP_DATA": str(data), **environment},
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            if process.poll() is not None:
                raise RuntimeError("the server ended before it answered")
            try:
                with urllib.request.urlopen(f"{url}/alive/", timeout=2):
                    break
            except OSError:
                time.sleep(0.25)
        yield Site(url, data, accounts, process)
    finally:
        kill(process, signal.SIGTERM)


def kill(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
    """End the server with all its workers."""
    if process.poll() is None:
        os.killpg(process.pid, how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(15)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Run the demonstration once in an empty folder; return the folder and its summary."""
    data = tmp_path_factory.mktemp("demo")
    summary = data / "summary.json"
    subprocess.run(
        [*HAICAP, "demo", "--no-serve", "--seconds", "5", "--password", PASSWORD, "--summary", str(summary)],
        env=environment_of(data),
        check=True,
        timeout=900,
    )
    return data, json.loads(summary.read_text())


@pytest.fixture(scope="session")
def site(demo_data: tuple[Path, dict[str, Any]]) -> Iterator[Site]:
    """Serve the demonstration for the journeys."""
    data, summary = demo_data
    with serving(data, summary["accounts"]) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start one headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page_as(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Return a factory: page_as(role) gives a page signed in as that role's sample account.

    Every request to another host, every script error and every console error fails the test.
    """
    contexts: list[Any] = []
    problems: list[str] = []

    def watch(page: Any) -> None:
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on(
            "request",
            lambda request: problems.extend(
                [f"request to another host: {request.url}"]
                if not request.url.startswith((site.url, "data:", "blob:"))
                else []
            ),
        )
        page.on(
            "console",
            lambda message: problems.extend(
                [message.text] if "Content Security Policy" in message.text else []
            ),
        )

    def make(role: str | None, *, width: int = 1366, height: int = 768, language: str = "vi") -> Any:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            locale=language,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        if role is not None:
            page.goto("/signin/")
            page.fill("input[name=username]", site.accounts[role])
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda url: "/signin" not in url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, "\n".join(sorted(set(problems)))
