"""Takes the README's screenshots from a fresh demonstration: ``python -m tests.screenshots``."""

import json
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.chromium import FLAGS, find_chromium
from tests.conftest import HAICAP, PASSWORD, environment_of, serving

TARGET = Path(__file__).resolve().parents[1] / "docs/screenshots"
SHOTS = {
    "board": ("secretariat", "/questionnaire/board/"),
    "timetable": ("secretariat", "/timetable/"),
    "report": ("city_leader", "/reports/1/"),
    "map": ("city_leader", "/register/map/"),
    "form": ("commune_officer", "/questionnaire/reports/{unit}/fill/"),
    "submissions": ("secretariat", "/questionnaire/definitions/{form}/submissions/"),
    "collect": ("team_member", "/questionnaire/fill/{form}/"),
    "centres": ("secretariat", "/onestop/centres/"),
    "work": ("specialist", "/onestop/work/?tab=work"),
}


def main() -> None:
    """Run the demonstration in a temporary folder, serve it, and keep pictures of 1366 x 768."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="haicap-shots-") as folder:
        data = Path(folder)
        summary = data / "summary.json"
        command = [*HAICAP, "demo", "--no-serve", "--password", PASSWORD, "--summary", str(summary)]
        subprocess.run(command, env=environment_of(data), check=True)
        made = json.loads(summary.read_text())
        with serving(data, made["accounts"]) as site, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            for name, (role, path) in SHOTS.items():
                context = chromium.new_context(base_url=site.url, viewport={"width": 1366, "height": 768})
                page = context.new_page()
                page.goto("/signin/")
                page.fill("input[name=username]", site.accounts[role])
                page.fill("input[name=password]", PASSWORD)
                page.click("main button[type=submit]")
                page.wait_for_url(lambda url: "/signin" not in url)
                page.goto(path.format(unit=made["unit"], form=made["form"]), wait_until="networkidle")
                page.wait_for_timeout(1200)
                page.screenshot(path=TARGET / f"{name}.png")
                context.close()
            chromium.close()


if __name__ == "__main__":
    main()
