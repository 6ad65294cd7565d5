"""Take an imported file back: what stands then is what would stand without it."""

from eventhub.audience.service.taking_back.file import MAX_REASON, UndoFile, undo_file

__all__ = ["MAX_REASON", "UndoFile", "undo_file"]
