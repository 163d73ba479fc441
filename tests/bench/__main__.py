"""All that is measured of speed, in one run: python -m tests.bench [--tickets 0 100000 1000000]

For each number of tickets that the database holds beforehand: how fast mails are taken (tests.bench.acceptance), what a
ticket costs from the door to the relay and how much memory that takes (endtoend), and how long people wait (delay).
With a million tickets it takes a quarter of an hour and some 20 GB of room for temporary files.
"""

from __future__ import annotations

import argparse

from tests.bench import acceptance, delay, endtoend
from tests.bench.endtoend import CUSTOMERS
from tests.bench.seeding import stocked

TICKETS = (0, 100_000, 1_000_000)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--tickets", type=int, nargs="+", default=TICKETS)
    parser.add_argument("--rounds", type=int, default=acceptance.ROUNDS, help="of the acceptance")
    parser.add_argument("--mails", type=int, default=endtoend.MAILS, help="from the door to the relay")
    parser.add_argument("--seconds", type=float, default=delay.SECONDS, help="of mails at a steady rate")
    asked = parser.parse_args()
    first: endtoend.Run | None = None
    with stocked(CUSTOMERS) as stock:
        for tickets in asked.tickets:
            for line in acceptance.table(stock, tickets, asked.rounds):
                print(line, flush=True)
            run = endtoend.measured(stock, tickets, asked.mails)
            first = first or run
            print(run.line(first), flush=True)
            for line in delay.measured(stock, tickets, asked.seconds):
                print(line, flush=True)
            print()


if __name__ == "__main__":
    main()
