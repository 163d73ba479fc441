"""Letters in a real browser, as wide as a phone and as a desk: nothing sticks out, and everything can be read."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mailgate.core.letters import Letter, NoticeFacts
from mailgate.core.model import Attachment
from mailgate.mail.samples import NAMES, sample_letters
from tests.mail.letters import NOW, TEMPLATES

pytestmark = pytest.mark.peer("chromium")

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --window-size=1100,900 "
    "--virtual-time-budget=10000"
).split()
SCHEMES = {"dark": 0, "light": 1}
READABLE = 4.5
"""Least contrast of text and background (WCAG 2.2, 1.4.3)."""

SMALLEST = 13
"""Pixels: smaller letters are not read on a phone at night."""
SCREEN = 667
"""Pixels of a small phone, from top to bottom."""

MEASURE = """
const parts = c => (c.match(/[0-9.]+/g) || []).map(Number);
const linear = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = c => { const [r, g, b] = parts(c).map(v => linear(v / 255));
  return .2126 * r + .7152 * g + .0722 * b; };
const ground = (e, w) => { for (; e; e = e.parentElement) { const c = parts(w.getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return w.getComputedStyle(e).backgroundColor; } return 'rgb(255,255,255)'; };
const contrast = (e, w) => { const a = light(w.getComputedStyle(e).color), b = light(ground(e, w));
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); };
const speaks = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
window.onload = () => {
  const rows = [...document.querySelectorAll('iframe')].map(frame => {
    const w = frame.contentWindow, d = frame.contentDocument, all = [...d.body.querySelectorAll('*')];
    return { name: frame.title, seen: d.documentElement.clientWidth,
      wide: Math.max(d.documentElement.scrollWidth, ...all.map(e => Math.ceil(e.getBoundingClientRect().right))),
      card: d.querySelector('.card').getBoundingClientRect().width,
      ground: w.getComputedStyle(d.body).backgroundColor,
      commands: (d.querySelector('.foot p') || d.body).getBoundingClientRect().bottom,
      small: Math.min(...all.filter(speaks).map(e => parseFloat(w.getComputedStyle(e).fontSize))),
      contrast: Math.min(...all.filter(speaks).map(e => contrast(e, w))) };
  });
  document.body.innerHTML = '';
  document.body.appendChild(document.createElement('pre')).textContent = JSON.stringify(rows);
};
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One letter as the browser lays it out; lengths in CSS pixels. `commands` is where the first paragraph of its
    foot ends, `small` its smallest letters."""

    name: str
    seen: int
    wide: int
    card: float
    ground: str
    contrast: float
    commands: float
    small: float


def strained(letter: Letter) -> Letter:
    """The same letter with a subject, a text and file names as long as strangers write them."""
    facts = letter.facts
    if facts.ticket is not None and facts.ticket.subject is not None:
        subject = "Panne complète du serveur de facturation " + "x" * 90
        facts = replace(
            facts, ticket=replace(facts.ticket, subject=subject, urgent=True, requester="j" * 90 + "@acme.example")
        )
    if facts.message is not None and facts.message.text:
        text = "Bonjour,\n\nhttps://exemple.example/" + "a" * 300 + "\n\n" + "Le serveur redémarre sans cesse. " * 20
        files = (Attachment(3, "releve_" + "y" * 110 + ".pdf", "application/pdf", 5000),)
        facts = replace(facts, message=replace(facts.message, text=text, attachments=files))
    return replace(letter, facts=facts)


def pages() -> dict[str, str]:
    """Every letter that has HTML, in both languages, plain and strained."""
    found = {}
    for language in ("fr-CA", "en"):
        for name in NAMES:
            for place, letter in enumerate(sample_letters(name, language)):
                for kind, one in (("plain", letter), ("strained", strained(letter))):
                    page = TEMPLATES.render(one, NOW).html
                    if page is not None:
                        found[f"{language} {name} {place} {kind}"] = page
    return found


def browse(folder: Path, scheme: str, width: int) -> list[Seen]:
    """Lay every letter out in one browser, each in a frame `width` pixels wide."""
    frames = [
        f'<iframe title="{name}" srcdoc="{html.escape(page)}" style="width:{width}px;height:800px;border:0"></iframe>'
        for name, page in pages().items()
    ]
    sheet = folder / "letters.html"
    sheet.write_text(f"<!doctype html><meta charset=utf-8><body>{''.join(frames)}<script>{MEASURE}</script>", "utf-8")
    chromium = shutil.which("chromium")
    assert chromium is not None
    command = [
        chromium,
        *FLAGS,
        f"--user-data-dir={folder}/profile",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
    ]
    run = subprocess.run([*command, "--dump-dom", sheet.as_uri()], capture_output=True, timeout=100, check=True)
    measured = re.search(r"<pre>(\[.*\])</pre>", run.stdout.decode(), re.DOTALL)
    assert measured is not None, run.stderr.decode()[-2000:]
    return [Seen(**row) for row in json.loads(html.unescape(measured[1]))]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_letter_is_wider_than_a_phone(tmp_path: Path, scheme: str) -> None:
    """A technician reads it at night, on a phone, with one hand: no sideways scrolling, and enough contrast."""
    letters = browse(tmp_path, scheme, 375)
    assert len(letters) > 100
    assert [one.name for one in letters if one.wide > one.seen or one.seen != 375] == []
    assert [(one.name, one.contrast) for one in letters if one.contrast < READABLE] == []
    assert [(one.name, one.small) for one in letters if one.small < SMALLEST] == []
    assert {one.name.split()[1] for one in letters} == set(NAMES) - {"page"}
    dark = scheme == "dark"
    assert {one.ground for one in letters} == {"rgb(18, 22, 28)" if dark else "rgb(238, 241, 245)"}


def test_a_letter_is_one_column_at_a_desk(tmp_path: Path) -> None:
    """Lines of more than 600 pixels are hard to read."""
    letters = browse(tmp_path, "light", 1024)
    assert {one.card for one in letters} == {600}
    assert [one.name for one in letters if one.wide > one.seen] == []


def test_a_technician_needs_no_second_screen(tmp_path: Path) -> None:
    """Who asks, under which contract, what, since when, until when, what was said, and what can be answered."""
    usual = {
        f"{language} technician {place} plain"
        for language in ("fr-CA", "en")
        for place, letter in enumerate(sample_letters("technician", language))
        if letter.facts.flood is None and letter.facts.notice != NoticeFacts("update-due-soon")
    }
    seen = [one for one in browse(tmp_path, "light", 375) if one.name in usual]
    assert len(seen) == len(usual) > 10
    assert [(one.name, one.commands) for one in seen if one.commands > SCREEN] == []
