"""Lesson 06: layers that collapse, units that saturate, softmax turned about."""
