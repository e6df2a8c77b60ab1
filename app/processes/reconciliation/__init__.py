"""Runs every check of a program, in one snapshot and at one block of its chain."""
