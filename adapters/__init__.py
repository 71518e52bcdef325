"""Carries replies to a channel. Decides nothing."""
