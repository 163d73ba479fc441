"""`python -m mailgate` is the command `mailgate`."""

from __future__ import annotations

from mailgate.cli.main import main

if __name__ == "__main__":
    main()
