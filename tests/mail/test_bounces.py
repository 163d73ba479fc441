"""Bounces in prose: each way in which a mail system says who did not get a mail."""

from __future__ import annotations

import pytest

from mailgate.core.reports import Fate
from tests.mail.notices import addresses, prose, read, recipients

HARD, SOFT, DELAYED = Fate.HARD, Fate.SOFT, Fate.DELAYED
JEAN = "jean@acme.example"
BOT = "From: bot@acme.example"

EXIM = """This message was created automatically by mail delivery software.

A message sent by

  <support@example.com>

could not be delivered to one or more of its recipients. The following
address(es) failed:

  jean@acme.example
    host mx.acme.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<jean@acme.example>:
    550 5.1.1 <other@acme.example>: nobody of that name

------ This is a copy of the message, including all the headers. ------

From: support@example.com
To: marie@acme.example
"""
QMAIL = """Hi. This is the qmail-send program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<jean@acme.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 nobody here (#5.1.1)

--- Below this line is a copy of the message.

<marie@acme.example>:
"""
POSTFIX = """This is the Postfix program at host mx.acme.example.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

For further assistance, please contact <postmaster@acme.example>

<jean@acme.example>: host mx.acme.example[192.0.2.1] said: 552 5.2.2
    <jean@acme.example>: the mailbox is full (in reply to RCPT TO command)
"""
SENDMAIL = """The original message was received at Mon, 4 May 2026 10:00:00 +0200

   ----- The following addresses had permanent fatal errors -----
<jean@acme.example>
    (reason: 550 5.1.1 nobody)

   ----- The following addresses had transient non-fatal errors -----
<marie@acme.example>

   ----- Transcript of session follows -----
550 5.1.1 <luc@acme.example>... nobody
Message will be retried until it is 5 days old
"""
EXCHANGE = """Your message

  To:      tous@example.com
  Subject: Panne
  Sent:    Mon, 4 May 2026 10:00:00 +0200

did not reach the following recipient(s):

jean@acme.example on Mon, 4 May 2026 10:00:02 +0200
    The recipient name is not recognized
c=FR;a= ;p=ACME;o=Siege;dda:SMTP=marie@acme.example; on Mon, 4 May 2026
"""
SMTPSVC = """This is an automatically generated Delivery Status Notification.

Delivery to the following recipients failed.

       jean@acme.example

"""
DOMINO = """Your message

  Subject: Panne

was not delivered to:

  jean@acme.example

because:

  User jean (jean@acme.example) not listed in the directory

"""
YAHOO = """Message from acme.example.
Unable to deliver message to the following address(es).

<jean@acme.example>:
This account is over quota.

<marie@acme.example>:
This user doesn't have an acme.example account [0]

--- Original message follows.
"""
GMAIL_DELAY = """This is an automatically generated Delivery Status Notification

THIS IS A WARNING MESSAGE ONLY.

Delivery to the following recipient has been delayed:

     jean@acme.example

Message will be retried for 2 more day(s)
"""
GROUPWISE = "The message that you sent was undeliverable to the following:\n\tjean@acme.example (user not found)\n"
IMAIL = "Unknown user: jean@acme.example\n\nRCPT TO was answered:\n553 5.3.0 <jean@acme.example>... who?\n"
NETSCAPE = """This Message was undeliverable due to the following reason:

Host acme.example is not responding.

The following recipients did not receive your message:

     <jean@acme.example>

Please reply to postmaster@acme.example
if you feel this message to be in error.
"""
LISTSERV = 'Error-for:  jean@acme.example\nError-Code: 0\nError-Text: "554 It goes in circles"\n'
MAILENABLE = (
    "The following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:jean@acme.example]\n\tReason: 550 Nobody\n"
)
FRENCH = "Votre message n’a pas pu être remis à\njean@acme.example\n\nBoîte pleine.\n"
SEVERAL = "Failed recipients:\n\n> jean@acme.example, <marie@acme.example>\n* luc@acme.example\n\n550 Fermé\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EXIM, [(JEAN, HARD, "5.1.1")]),
        (QMAIL, [(JEAN, HARD, "5.1.1")]),
        (POSTFIX, [(JEAN, SOFT, "5.2.2")]),
        (SENDMAIL, [(JEAN, HARD, "5.1.1"), ("marie@acme.example", DELAYED, "")]),
        (EXCHANGE, [(JEAN, HARD, ""), ("marie@acme.example", HARD, "")]),
        (SMTPSVC, [(JEAN, HARD, "")]),
        (DOMINO, [(JEAN, HARD, "")]),
        (YAHOO, [(JEAN, SOFT, ""), ("marie@acme.example", HARD, "")]),
        (GMAIL_DELAY, [(JEAN, DELAYED, "")]),
        (GROUPWISE, [(JEAN, HARD, "")]),
        (IMAIL, [(JEAN, HARD, "5.3.0")]),
        (NETSCAPE, [(JEAN, HARD, "")]),
        (LISTSERV, [(JEAN, HARD, "")]),
        (MAILENABLE, [(JEAN, HARD, "")]),
        (FRENCH, [(JEAN, SOFT, "")]),
        (SEVERAL, [(JEAN, HARD, ""), ("marie@acme.example", HARD, ""), ("luc@acme.example", HARD, "")]),
    ],
)
def test_each_format_names_its_recipients(text: str, expected: list[tuple[str, Fate, str]]) -> None:
    """Every one that failed, and nobody who is only mentioned: senders, list members, postmasters, transcripts."""
    assert [(fated.address, fated.fate, fated.status) for fated in recipients(prose(text))] == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (QMAIL, "192.0.2.1 does not like recipient. Remote host said: 550 nobody here (#5.1.1)"),
        (DOMINO, "User jean (jean@acme.example) not listed in the directory"),
        (EXCHANGE, "The recipient name is not recognized"),
        (YAHOO, "This account is over quota."),
        (GROUPWISE, "user not found"),
        (SMTPSVC, "Delivery to the following recipients failed."),
        (SENDMAIL, "reason: 550 5.1.1 nobody"),
        (IMAIL, "Unknown user: jean@acme.example RCPT TO was answered: 553 5.3.0 <jean@acme.example>... who?"),
        ("Failed recipients:\n\n<jean@acme.example>:\n" + "220 I am ready\n" * 15 + "552 Too much\n", "552 Too much"),
        (NETSCAPE, "The following recipients did not receive your message"),
        (SEVERAL, "550 Fermé"),
    ],
)
def test_the_reason_is_what_stands_with_the_address(text: str, reason: str) -> None:
    """The assignee reads it; where no reason is given the sentence that says what happened is one."""
    assert recipients(prose(text))[0].reason == reason


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("550 5.7.1 Go away", "5.7.1"),
        ("Sorry (#4.4.1)", "4.4.1"),
        ("host 5.193.203.20: 550 no", ""),
        ("250 2.0.0 ok, then 554 no", ""),
        ("Mailer 12.5.1.4 said no", ""),
    ],
)
def test_a_status_code_is_no_part_of_another_number(said: str, code: str) -> None:
    """Prose is full of versions and network addresses, and of replies that are no failures."""
    assert recipients(prose(f"<jean@acme.example>:\n{said}\n"))[0].status == code


def test_a_sentence_may_be_wrapped_anywhere() -> None:
    """Mail systems wrap their sentences, each at another column."""
    assert addresses(prose("Sorry. The following\naddresses\nfailed:\n\n  jean@acme.example\n")) == [JEAN]


def test_behind_the_returned_mail_begins_nothing_counts() -> None:
    """The mail that comes back quotes addresses of its own."""
    returned = "-----Original Message-----\nThe following addresses failed:\n\nmarie@acme.example\n"
    assert addresses(prose(f"Delivery failed: jean@acme.example\n\n{returned}")) == [JEAN]


def test_an_address_less_or_more_deep_than_its_list_is_part_of_a_reason() -> None:
    """An alias leads elsewhere, and whoever is there is not whom we wrote to."""
    text = (
        "The following addresses failed:\n\n  jean@acme.example\n     luc@other.example: nobody\nmarie@acme.example\n"
    )
    assert addresses(prose(text)) == [JEAN]


def test_what_an_alias_stands_for_counts_as_well() -> None:
    """Exim hides the members of a list, and says whom we wrote to."""
    text = "The following address(es) failed:\n\n  an undisclosed address\n    (generated from jean@acme.example)\n"
    assert addresses(prose(text)) == [JEAN]


def test_exim_names_the_failed_addresses_in_a_field() -> None:
    """Whatever language the words are in."""
    failed = "X-Failed-Recipients: jean@acme.example,\r\n marie@acme.example"
    report = prose("Ez egy automatikus levél. Click.", failed, sender=BOT)
    assert addresses(report) == [JEAN, "marie@acme.example"]


def test_a_name_without_a_domain_is_one_of_the_mailer() -> None:
    """A large provider only gives the names of its own customers."""
    text = "Your mail could not be delivered because they are not accepting mail from you:\n\tjean\n\nBye\n\tmarie\n"
    assert addresses(prose(text)) == ["jean@mx.acme.example"]


def test_a_mailer_in_an_unknown_language_is_known_by_its_paragraphs() -> None:
    """Translated qmail: the sentences are others, the form is the same. Another sender must say it in words."""
    text = "Valami baj van.\n\n<jean@acme.example>:\n550 nincs ilyen\n"
    assert addresses(prose(text)) == [JEAN]
    assert read(prose(text, "Auto-Submitted: auto-replied", sender=BOT)) is None


@pytest.mark.parametrize(
    "html",
    [
        "<p>Failed recipients:<br>\njean@acme.example</p>",
        "I wasn't able to deliver the following message.\n\nSubject: Panne\nTo: jean@acme.example\n",
    ],
)
def test_words_in_html_are_words(html: str) -> None:
    """And what is called HTML and is none is read as it stands."""
    assert addresses(prose(html, "Content-Type: text/html")) == [JEAN]


@pytest.mark.parametrize(
    "text",
    [
        "Je suis absente. En cas d'urgence :\n\nmarie@acme.example\n",
        "I cannot be reached until Monday.\n\nmarie@acme.example\n",
        "Jean has left. Your message has not been delivered. Please contact:\n\nmarie@acme.example\n",
        "Your message was not delivered, please write to marie@acme.example instead.\n",
        "Your message to jean@acme.example has been received.\n",
        "Your message to jean@acme.example has not yet been delivered. Please confirm that you are human.\n",
        "Merci.\n\nDe : support@example.com\nDelivery failed: jean@acme.example\n",
        "Merci.\n\n> Delivery failed: jean@acme.example\n> Failed recipients:\n> jean@acme.example\n",
    ],
)
def test_an_answering_machine_of_a_person_names_nobody_who_failed(text: str) -> None:
    """It has the header of a program, and speaks of mail and of other addresses."""
    sender = ("Return-Path: <>", "Auto-Submitted: auto-replied")
    assert addresses(prose(text, *sender, sender="From: Jean <jean@acme.example>")) == []
