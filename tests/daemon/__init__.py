"""The room that reads the clock, and what keeps watch over the others."""
