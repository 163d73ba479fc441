"""`mailgate report`: how the desk keeps its promises, in figures."""
