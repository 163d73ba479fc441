"""One conversation over real sockets: a call on the wrong ticket is undone, and whoever heard of it hears that, too."""

from __future__ import annotations

from pathlib import Path

from tests.flow.desk import Letter, answer
from tests.flow.process import a_site, ask, command, eventually, serving
from tests.flow.test_merged_by_mail import about, say, to_desk

CHEF = "chef@acme.example"


def test_a_call_is_undone_over_the_wire(tmp_path: Path) -> None:
    """Carried out, told, undone, corrected; the command line shows what was taken back, and every promise holds."""
    with serving(a_site(tmp_path / "site")) as process:
        say(process, Letter("Plus rien ne marche.", subject="Panne"), 1)
        page = to_desk(process, 1001)
        say(process, answer(page, "#appel 15\nC'était l'onduleur."), 2)
        eventually(lambda: [one for one in about(process, "C'était l'onduleur.") if one.to == CHEF])
        say(process, answer(page, "#annuler"), 3)
        (corrected,) = eventually(lambda: about(process, "est à considérer comme nul"))
        assert corrected.to == CHEF
        eventually(lambda: about(process, "un rectificatif le suit"))
        shown = ask(process.root, "ticket", "1001")
        assert (shown["status"], shown["assignee"], [one["minutes"] for one in shown["interventions"]]) == (
            "new", None, [15, -15],
        )  # fmt: skip
        assert "15 min taken back" in command(process.root, "ticket", "1001").stdout
        process.stop()
        verified = command(process.root, "verify")
        assert verified.returncode == 0, verified.stdout
