"""The page of a link in a real browser, as wide as a phone: read, pressed once, answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge.test_web import TOKEN, Pages, running
from tests.peers.browser import browsing

pytestmark = pytest.mark.peer("chromium")

LAID_OUT = """JSON.stringify({
  wide: document.documentElement.scrollWidth, ground: getComputedStyle(document.body).backgroundColor,
  title: document.querySelector('h1').innerText, said: document.body.innerText,
  button: document.querySelector('button') && document.querySelector('button').getBoundingClientRect()})"""


def test_one_tap_of_a_thumb_takes_the_request(tmp_path: Path) -> None:
    """No script runs and the page's own style does, under its policy; loading it again and again says nothing."""
    with running(Pages()) as door, browsing(tmp_path / "profile") as browser:
        for _ in range(5):
            browser.open(f"http://127.0.0.1:{door.port}/p/{TOKEN}")
        assert door.pages.words == []
        page = json.loads(browser.ask(LAID_OUT))
        assert (page["wide"], page["ground"]) == (375, "rgb(238, 241, 245)")
        assert "demande nº 1042" in page["said"]
        assert page["button"]["height"] >= 48
        assert page["button"]["bottom"] < 667
        browser.picture(tmp_path / "waiting.png")
        browser.tap("button")
        after = json.loads(browser.ask(LAID_OUT))
        browser.picture(tmp_path / "yours.png")
    assert door.pages.words == [TOKEN]
    assert (after["title"], after["button"], after["wide"]) == ("La demande est à vous", None, 375)
