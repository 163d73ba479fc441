"""Answers of technicians as mail programs really send them: what was said, in which language, with which program.

said.py      what a technician types, and what it means: the orders and the words for the customer, stated here
tongues.py   what programs of four languages write around an answer
wear.py      what keyboards and editors do to a line with a command
wire.py      a mail put together as octets
desktops.py, webmail.py, telephones.py, others.py   the programs
"""
