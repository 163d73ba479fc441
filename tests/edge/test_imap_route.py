"""Which of our addresses a fetched mail is for, and who sent it."""

from __future__ import annotations

import pytest

from mailgate.edge.imap_route import envelope_from, headers_of, recipients

KNOWN = {"urgent@desk.example", "regulier@desk.example", "tickets+abc@desk.example"}


def route(headers: str) -> tuple[str, ...]:
    return recipients(headers_of(f"{headers}\r\n\r\nbody".encode()), KNOWN.__contains__, "fallback@desk.example")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("To: Urgent@desk.example", ("Urgent@desk.example",)),
        ("To: a@b.example, Support <urgent@desk.example>", ("urgent@desk.example",)),
        ("Cc: urgent@desk.example\r\nTo: regulier@desk.example", ("regulier@desk.example", "urgent@desk.example")),
        ("Delivered-To: urgent@desk.example\r\nTo: a@b.example", ("urgent@desk.example",)),
        ("X-Original-To: <urgent@desk.example>", ("urgent@desk.example",)),
        ("To: URGENT@desk.example\r\nDelivered-To: urgent@desk.example", ("urgent@desk.example",)),
        ("Delivered-To: regulier@desk.example\r\nTo: tickets+abc@desk.example", ("tickets+abc@desk.example",)),
        (
            "Delivered-To: urgent@desk.example\r\nTo: tickets+abc@desk.example, urgent@desk.example",
            ("tickets+abc@desk.example", "urgent@desk.example"),
        ),
        ("Delivered-To: tickets+abc@desk.example\r\nTo: a@b.example", ("tickets+abc@desk.example",)),
        ("To: undisclosed-recipients:;", ("fallback@desk.example",)),
        ("Subject: x", ("fallback@desk.example",)),
        ("To: \xff\x00<<>>", ("fallback@desk.example",)),
    ],
)
def test_a_mail_is_for_the_addresses_of_ours_that_it_names(headers: str, expected: tuple[str, ...]) -> None:
    """The signed address of an answer may stand in To only: the mailbox behind it is no door that anybody wrote to."""
    assert route(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Return-Path: <>\r\nFrom: mailer-daemon@x.example", ""),
        ("Return-Path: <vip@acme.example>\r\nFrom: chef@acme.example", "vip@acme.example"),
        ("From: Chef <chef@acme.example>", "chef@acme.example"),
        ("From: a@b.example, c@d.example", ""),
        (f"Return-Path: <{'é' * 600}@b.example>\r\nFrom: chef@acme.example", "chef@acme.example"),
        ("Subject: nobody", ""),
    ],
)
def test_the_sender_is_who_the_last_delivery_wrote_down(headers: str, expected: str) -> None:
    """A bounce keeps its null sender, or it would be acknowledged."""
    assert envelope_from(headers_of(headers.encode() + b"\r\n\r\nbody")) == expected
