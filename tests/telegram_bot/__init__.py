"""Tests of the Telegram channel. A package, so that its conftest is not taken for the one above."""
