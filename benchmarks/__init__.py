"""Timings against the best that a user would otherwise do."""
