"""`mailgate demo`: one whole support conversation over real sockets.

The demo is a stranger to the desk: it starts `mailgate serve` as a child process, speaks SMTP to it, runs `mailgate`
commands, and reads the mails that the maildir relay wrote, with the standard library's own reader. It calls nothing
inside, so what it shows is what anybody would see.
"""
