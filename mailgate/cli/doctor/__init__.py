"""`mailgate doctor`: what would go wrong here, and what to do about it.

    patient        what is examined: the site as far as it can be used, and when
    examination    the table of checks, all asked at once; a new check is one function and one row there
    findings       what a check says
    everything else: one module for what is looked at

A check takes the patient, or what `patient` hands out of it, and says at least one thing. It changes nothing on the
site, sends no mail, and talks to nobody but the servers that config.toml names and the resolver of this machine.
"""
