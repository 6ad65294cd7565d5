"""Promises that hold for the whole tree."""
