"""One HTML page from a directory of Allure results, readable straight from the file system."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError, UsageError
from seatrial.report.allure3.install import allure_cli
from seatrial.report.allure3.node import find_node
from seatrial.report.results import CATEGORIES

if TYPE_CHECKING:
    from seatrial.progress import Progress

_RENDER_SECONDS = 300.0
_TAIL_CHARACTERS = 2000
#: Allure's page tells a third party when it is opened. A report of an internal system must not.
_TRACKER = re.compile(
    r"<script async src=\"https://www\.googletagmanager\.com/[^\"]*\"></script>\s*"
    r"<script>\s*window\.dataLayer.*?</script>",
    re.DOTALL,
)
_FOREIGN_SCRIPT = re.compile(r"<script[^>]*\ssrc=\"(https?:)?//[^\"]*\"")


class RenderError(SeatrialError):
    """Allure 3 could not make a page of the results."""


def render(results: Path, output: Path, *, progress: Progress) -> Path:
    """Render the Allure results in ``results`` and return the path of the page in ``output``.

    The page is ``index.html``, one file with everything in it. Other files in ``output`` are left
    alone. Raises UsageError where there are no results, NodeError, InstallError or RenderError.
    """
    if not any(results.glob("*-result.json")):
        raise UsageError(
            f"render the Allure results in {results}",
            got="no *-result.json there",
            expected="a directory that pytest wrote with --alluredir",
            mend="run `make production` first, or name the directory of a run",
        )
    node = find_node()
    cli = allure_cli(node, progress)
    with tempfile.TemporaryDirectory(prefix="seatrial-report-") as folder, progress.step("report"):
        page = _generate((*node.node, str(cli)), results.resolve(), Path(folder))
    return _write(output, _without_tracker(page))


def _generate(allure: tuple[str, ...], results: Path, folder: Path) -> str:
    configuration = folder / "allurerc.json"
    configuration.write_text(json.dumps(_configuration()), encoding="utf-8")
    made = folder / "report"
    arguments = ("generate", str(results), "--config", str(configuration), "--output", str(made))
    attempt = f"render {results} with Allure 3"
    try:
        done = subprocess.run(
            [*allure, *arguments, "--cwd", str(folder)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_RENDER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise RenderError(attempt, got=str(cause)) from cause
    page = made / "index.html"
    if done.returncode != 0 or not page.is_file():
        said = (done.stdout + done.stderr)[-_TAIL_CHARACTERS:]
        raise RenderError(
            attempt,
            got=f"exit code {done.returncode}; page written: {page.is_file()}\n{said}",
            expected="exit code 0 and an index.html",
        )
    return page.read_text(encoding="utf-8")


def _configuration() -> dict[str, object]:
    return {
        "name": "Sea trial",
        "categories": CATEGORIES,
        "plugins": {
            "awesome": {
                "options": {
                    "singleFile": True,
                    "reportLanguage": "en",
                    "groupBy": ["feature", "story"],
                }
            }
        },
    }


def _without_tracker(page: str) -> str:
    cleaned = _TRACKER.sub("", page)
    foreign = _FOREIGN_SCRIPT.search(cleaned)
    if foreign:
        raise RenderError(
            "take the scripts of third parties out of Allure's page",
            got=foreign.group(0),
            expected="none left",
        )
    return cleaned


def _write(output: Path, page: str) -> Path:
    output.mkdir(parents=True, exist_ok=True)
    target = output / "index.html"
    partial = output / f".index.html.{os.getpid()}"
    partial.write_text(page, encoding="utf-8")
    partial.replace(target)
    return target.resolve()
