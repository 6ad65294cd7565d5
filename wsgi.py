"""The only module that a server imports."""

from eventhub import create_app

app = create_app()
