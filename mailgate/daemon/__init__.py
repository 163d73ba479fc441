"""The composition root, and the only room that reads the clock and draws lots.

`serving` builds everything, starts it and stops it; `clock` stands apart from it, because a command that only asks for
the time must not wait until every door and library was imported.
"""
