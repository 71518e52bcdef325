"""What editors write: its format, its loading, its checks."""
