"""One conversation run through every channel."""
