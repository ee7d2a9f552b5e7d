"""A real Chromium, and pages in it that must ask nobody and complain about nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

from streams.report.model import Report
from streams.report.render import render

NAMES = ("chromium", "chromium-browser", "google-chrome")
MEASURE = Path(__file__).with_name("measure.js").read_text("utf-8")
PATIENCE_MS = 60_000
"""How long to wait for what a page must come to show: only a failure waits so long."""
DESKTOP, PHONE = (1400, 900), (390, 844)


def program() -> str | None:
    """The browser of this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def lacks() -> str | None:
    """Why no page can be opened here; None when it can."""
    return None if program() else "no chromium on this machine (Debian: apt-get install chromium)"


@contextmanager
def started() -> Iterator[Browser]:
    """The browser, for several pages. Chromium refuses its sandbox to root, who runs tests in containers."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program(), args=options)
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, folder: Path, report: Report, size: tuple[int, int] = DESKTOP, theme: Any = "light", at: str = ""
) -> Iterator[Page]:
    """A report's page from a file. Fails at the end when it asked for anything, or the console had anything to say."""
    path = folder / "report.html"
    path.write_bytes(render(report))
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", dismiss)
    page.goto(path.as_uri() + at)
    yield page
    context.close()
    assert set(asked) == {path.as_uri()}
    assert not said


def focused(page: Page) -> str:
    """Id of the focused element, else what it shows."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def contrast(page: Page) -> tuple[int, list[str]]:
    """How many texts are shown, and those that are hard to read."""
    seen, poor = page.evaluate(f"{MEASURE}.contrast()")
    return seen, poor


def nameless(page: Page) -> list[str]:
    """Controls and pictures without a name."""
    return list(page.evaluate(f"{MEASURE}.nameless()"))


def open_all(page: Page) -> None:
    """Open everything that can be opened."""
    page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")


def rows(page: Page) -> int:
    """Alerts in the list."""
    return page.locator("#list a").count()
