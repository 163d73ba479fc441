"""A bank of hours, from the purchase to the warning; and the same over real sockets."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

from mailgate.core.bank_effects import EntryKind
from mailgate.core.events import BankAsked, TicketRequested
from mailgate.core.model import Activity
from mailgate.store import inbox, query
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.process import a_site, ask, command, eventually, outgoing, serving
from tests.flow.test_conversation import CHEF, to

TECH1, TECH2 = "tech1@example.com", "tech2@example.com"
LEVEL = "#niveau 2 vos données sont à examiner\n"
GAP = "\N{NO-BREAK SPACE}"


def buys(desk: LiveDesk, minutes: int, reference: str) -> None:
    """`mailgate bank acme add`."""
    with desk.database.write() as tx:
        inbox.ask(tx, BankAsked(0, desk.now, "acme", EntryKind.PURCHASE, minutes, reference), desk.now)
    assert desk.work() == []


def balance(desk: LiveDesk) -> int:
    with desk.database.read() as tx:
        return query.bank(tx, "acme")[-1].balance


def plain(text: str) -> str:
    """With ordinary blanks, on one line."""
    return " ".join(text.replace(GAP, " ").split())


def warned(mails: list[Sent]) -> set[str]:
    return {mail.to for mail in mails if mail.template == "low-balance" or "payé d’avance" in mail.subject}


def test_the_leads_read_the_request_as_the_visit_left_it(desk: LiveDesk) -> None:
    """Their notice comes of the same mail as the customer's: the same state, the same next news."""
    pages = desk.write(Letter("Les chiffres sont faux."))
    desk.write(answer(to(pages, TECH2), f"{LEVEL}#priorité P3\nJe passe chez vous."))
    desk.advance(minutes=6)
    sent = desk.write(answer(to(pages, TECH2), "#site 1h30\n#attente tiers 2 jours"))
    notice = next(plain(one.text) for one in sent if "payé d’avance" in one.subject)
    assert "en attente d’un tiers" in notice
    assert "Nouvelles au client avant mardi 10 h 06" in notice


def test_hours_are_bought_used_and_run_low_once(desk: LiveDesk) -> None:
    """Three hours of an urgent desk: two calls, a warning to both sides, one more call, a purchase."""
    buys(desk, 180, "INV-12")
    pages = desk.write(Letter("Les chiffres sont faux."))
    first = desk.write(answer(to(pages, TECH2), f"{LEVEL}#appel 12\nJe regarde vos données."))
    told = plain(to(first, CHEF).text)
    assert "Appel de 12 min, facturé 60 min : tranche de 30, minimum 60." in told
    assert "Solde de votre banque d’heures : 2 h." in told
    assert "Solde du client : 2 h." in plain(to(first, TECH2).text)
    assert warned(first) == set()

    second = desk.write(answer(to(pages, TECH2), "#appel 70\nLa cause est trouvée."))
    assert "Solde de votre banque d’heures : 30 min." in plain(next(one for one in second if one.to == CHEF).text)
    leads = {desk.desk.policy.technicians[key].mail for key in desk.desk.policy.teams["leads"].members}
    assert warned(second) == {CHEF, *leads}
    (warning,) = [one for one in second if one.template == "low-balance"]
    assert plain(warning.subject) == "Votre banque d’heures : il reste 30 min"
    assert "Il reste 30 min dans votre banque d’heures." in plain(warning.html.replace("&nbsp;", " "))
    assert warning.header("Auto-Submitted") == "auto-generated"

    third = desk.write(answer(to(pages, TECH2), "#appel 15\nC'est réparé."))
    assert "Solde de votre banque d’heures : −30 min." in plain(to(third, CHEF).text)
    assert warned(third) == set()
    buys(desk, 240, "INV-13")
    assert balance(desk) == 210
    last = desk.write(answer(to(pages, TECH2), "#appel 100\nEt contrôlé."))
    assert CHEF in warned(last)
    assert [one.charged for one in desk.ticket().interventions] == [60, 90, 60, 120]


def test_the_same_mail_a_hundred_times_is_one_charge(desk: LiveDesk) -> None:
    """On any path, by anybody (hazards A28)."""
    pages = desk.write(Letter("Les chiffres sont faux."))
    letter = answer(to(pages, TECH2), f"{LEVEL}#appel 12")
    raw = letter.raw(77)
    for _ in range(50):
        desk.deliver(raw, letter.sender, letter.to)
        desk.deliver(b"Received: from elsewhere\r\n" + raw, "bounce@elsewhere.example", letter.to)
    assert balance(desk) == -60
    assert len(desk.ticket().interventions) == 1


def test_a_balance_is_asked_for_without_a_word_to_the_customer(desk: LiveDesk) -> None:
    """On a new request, whose pages call on; then beside the work."""
    buys(desk, 180, "INV-12")
    pages = desk.write(Letter("Une question."))
    (told,) = desk.write(answer(to(pages, TECH2), "#solde"))
    text = plain(told.text)
    assert (told.to, told.template) == (TECH2, "transcript")
    assert "• Banque d’heures (Acme) : 3 h." in text
    assert "• Aucun temps n’est inscrit sur cette demande." in text
    assert "• Un appel de 15 min ne serait pas facturé : le contrat le couvre." in text
    story = desk.ticket()
    assert (story.status.value, story.assignee, story.interventions) == ("new", None, ())
    assert {page.state.value for page in story.pages} == {"sent"}

    desk.write(answer(to(pages, TECH2), f"{LEVEL}#appel 12\nJe regarde."))
    (asked,) = desk.write(replace(answer(to(pages, TECH1), "#BALANCE"), subject="Re: solde"))
    assert "Temps inscrit sur cette demande : 12 min, facturé 60 min." in plain(asked.text)
    assert "Un appel de 15 min serait facturé 60 min, pris sur le solde : tranche de 30, minimum 60." in plain(
        asked.text
    )
    assert desk.ticket().assignee == "tech2"


def test_a_customer_without_a_bank_is_told_to_have_none(desk: LiveDesk) -> None:
    """And pays the other unit."""
    desk.change_rules('bank     = "hours"', 'bank     = "none"')
    pages = desk.write(Letter("Une question."))
    desk.write(answer(to(pages, TECH2), f"{LEVEL}#appel 12\nJe regarde."))
    (told,) = desk.write(answer(to(pages, TECH2), "#solde"))
    assert "• Acme n’a pas de banque d’heures." in plain(told.text)
    assert "• Un appel de 15 min serait facturé 60 min : tranche de 60." in plain(told.text)


def test_a_request_that_begins_with_a_call_is_charged_as_any(desk: LiveDesk) -> None:
    """The customer phoned; the technician writes it down afterwards."""
    buys(desk, 180, "INV-12")
    commands = f"#client acme\n#contact {CHEF}\n#file urgent\n{LEVEL}#appel 12\n\nLes chiffres sont faux."
    (asked,) = desk.write(Letter(commands, TECH2, "tickets@example.com", "Au téléphone"))
    mails = desk.write(answer(asked, "oui"))
    assert "Solde de votre banque d’heures : 2 h." in plain(to(mails, CHEF).text)
    assert balance(desk) == 120


def test_a_call_that_the_desk_enters_is_charged_as_any(desk: LiveDesk) -> None:
    """`mailgate open --by tech1 --call 12`, for a customer whose contract covers nothing."""
    buys(desk, 180, "INV-12")
    desk.change_rules('covered  = ["assistance", "defect"]', "covered  = []")
    call = TicketRequested(0, desk.now, "acme", CHEF, "Au téléphone", "", "urgent", "phone", "tech1", Activity.CALL, 12)
    with desk.database.write() as tx:
        inbox.ask(tx, call, desk.now)
    mails = desk.work()
    assert "Solde de votre banque d’heures : 2 h." in plain(to(mails, CHEF).text)
    assert (balance(desk), warned(mails)) == (120, set())


def test_a_bank_over_real_sockets(tmp_path: Path) -> None:
    """`mailgate bank` beside a daemon, a charge by mail, and `verify` behind it."""
    with serving(a_site(tmp_path / "site")) as process:
        bought = command(process.root, "bank", "acme", "add", "1h30", "--reference", "INV-12")
        assert (bought.returncode, bought.stdout) == (0, "+1 h 30 min (INV-12) for acme: 1 h 30 min left\n"), bought
        process.send(Letter("Les chiffres sont faux.").raw(1))
        eventually(lambda: len(outgoing(process.root)) == 7)
        mails = [message_from_bytes(one) for one in outgoing(process.root)]
        paged = Sent("", TECH2, next(one for one in mails if one["Delivered-To"] == TECH2), "technician")
        letter = answer(paged, f"{LEVEL}#appel 12\nJe regarde vos données.")
        process.send(letter.raw(2), TECH2, letter.to)
        shown = eventually(lambda: (found := ask(process.root, "bank", "acme"))["balance"] == 30 and found)
        assert [(one["what"], one["minutes"], one["ticket"]) for one in shown["entries"]] == [
            ("purchase", 90, None), ("charge", -60, 1001),
        ]  # fmt: skip
        again = command(process.root, "bank", "acme", "add", "1h30", "--reference", "INV-12")
        assert (again.returncode, again.stdout) == (1, "")
        assert command(process.root, "verify").returncode == 0
        process.stop()
