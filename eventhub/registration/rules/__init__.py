"""Decisions of registration over plain values: no database, no clock, no Flask."""
