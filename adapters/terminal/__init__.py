"""The advisor in a terminal, and the maintainers' commands."""
