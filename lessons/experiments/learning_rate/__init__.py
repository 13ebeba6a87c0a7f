"""Lesson 03: the quadratic valley, the largest stable rate, the sweep, and the range test."""
