"""
The console as an API: what people do on its pages, programs do with a key.

Each operation calls the service that the page calls; which act has which
operation, and why some have none, is a table of the tests (tests/access/capabilities.py).
"""

from eventhub.console.v1 import approval, cards, gates, guests, imports, invitations, log, reports
from eventhub.console.v1.frame import bp

__all__ = ["approval", "bp", "cards", "gates", "guests", "imports", "invitations", "log", "reports"]
