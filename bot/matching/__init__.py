"""Finds the entry a question belongs to, or says that none fits. Pure; the only room with rapidfuzz and numpy."""
