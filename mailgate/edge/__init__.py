"""Sockets and relays: one protocol each, turned into one call."""
