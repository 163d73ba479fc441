"""A TOML file on disk to a checked, frozen value, every mistake with its file, line and column."""
