"""Parsers: bytes of one format in, frozen readings out; no database, no network."""
