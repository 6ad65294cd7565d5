"""Reading of figures as texts print them; the words live in the kernel, for every domain."""

from eventhub.kernel.printed import ParsedNumber, parse_number

__all__ = ["ParsedNumber", "parse_number"]
