"""Decides what to say. Knows no channel, no clock but by argument, no environment."""
