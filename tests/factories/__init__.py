"""Rows for tests: plain functions per domain."""
