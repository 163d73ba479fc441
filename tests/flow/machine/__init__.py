"""A machine that does to a desk whatever Hypothesis thinks of, beside a model that knows what must come of it.

    cutting   the power goes at a chosen statement, commit or word to a relay
    relay     takes mail, puts it off, refuses it, or takes it and loses its own answer
    world     a real database, the real engine and sender, a clock, and everybody's mailboxes
    letters   what customers, technicians and strangers write
    model     plain dicts: who asked, who must have been answered, which minutes must have been charged
    steps     the rules: one thing each that people, time or trouble do
    errands   further ones: what is taken back, merged and bought, and what comes all at once
    machine   what is asked after each step, and what must be true at the end
    playing   how many examples, and how long
    weak      builds without one of their defences, each of which the machine must find out

A failing example is printed as a program, step by step, smallest first. It is the same on every run; MAILGATE_LONG=1
tries other and longer ones. tests/peers/test_machine.py plays a few of them on PostgreSQL.
"""
