"""`make prove`: rigs that break the program on purpose, and count what became of every mail.

    python -m tests.prove [--long] [RIG …]

Each rig is one module that ends in a `Rig` named RIG; `rigs.py` lists them. A rig gets a `Trial` (an empty folder, the
build, short or long) and answers with `Figures`, one line. It keeps three accounts and compares them:

    the clients'    what was sent, and what got its 250 (`acked`): whatever fails is sent again until it is
    the database's  what is stored; `mailgate verify` is the oracle of all that rows can show
    the relay's     what left: acknowledgements, and pages for each person that they were promised to

The same rig then runs on builds without one defence (`builds.py`), each of which it must catch: a rig that a broken
build passes proves nothing. A rig holds when nothing was lost, `verify` is content and nothing else was `wrong`; a
broken build is caught when its figures say otherwise. Elapsed times are shown and not judged, but for one: under siege
half of a relay's mails are answered within a second (`intake.py`).

    figures.py   the figures, how they add up, and the line       rig.py    Rig, Trial
    builds.py    the broken builds; also the program that runs one
    firms.py     a site whose customers are many                  clients.py  mail programs that never give up
    preloaded.py daemons that start at once
    accounts.py  the three accounts, compared
    desk.py      a real `serve` on that site, its relay,
    outcomes.py  all rows and mails of two runs, compared         failing.py  a disk that fails when it is told to
    recorder.py  kills a daemon at its N-th write, or keeps all   disk.py     a disk that keeps what it must
"""
