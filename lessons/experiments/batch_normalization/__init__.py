"""Lesson 12: one batch, two modes, which rates work, and two explanations put to the test."""
