"""Whether `verify` sees what is broken: one sound database, and one row of it broken at a time."""
