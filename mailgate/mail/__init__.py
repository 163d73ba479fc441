"""Bytes to values and back. Pure: no socket, no database, no clock."""
