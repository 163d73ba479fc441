"""TOML files as people write them: checked against pydantic models, every mistake with its file, line and column."""
