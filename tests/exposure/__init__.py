"""Tests of claims and reports."""
