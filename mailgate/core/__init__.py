"""Decides. Pure: standard library and frozen dataclasses; no clock, no I/O, no logging, no randomness."""
