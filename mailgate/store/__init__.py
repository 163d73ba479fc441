"""Rows in, values out: the only room that knows SQL."""
