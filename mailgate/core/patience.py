"""How many minutes what comes in may wait: the call-back promise of the door that it came to.

It only says what is decided before what. An answer to a mail of ours may be the acknowledgement of a page, and is in as
much of a hurry as the most urgent door. What has no reverse-path, or comes to none of our addresses, a robot wrote or a
mailbox collected: it waits as long as at the most patient door, because bounces come by the thousand.
"""

from __future__ import annotations

from mailgate.core.custody import Delivery
from mailgate.core.policy import Policy
from mailgate.core.routing import addressed_queue


def patience(delivery: Delivery, policy: Policy) -> int:
    """The promise of the most urgent door that the mail came to, in minutes."""
    door = addressed_queue(delivery.recipients, policy)
    if door is not None:
        return door.callback.minutes
    promises = [queue.callback.minutes for queue in policy.queues.values()]
    answered = delivery.envelope_from and any(_is_the_desks(one, policy) for one in delivery.recipients)
    return min(promises, default=0) if answered else max(promises, default=0)


def _is_the_desks(recipient: str, policy: Policy) -> bool:
    """Whether it is the address of the desk itself, with or without a tag."""
    local, _, domain = recipient.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == policy.desk.address.lower()
