"""Tests of check-in."""
