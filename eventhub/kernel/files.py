"""Files that are made once, by whichever process comes first."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def made_once(path: Path, content: bytes) -> bytes:
    """
    Return what a private file holds (mode 600), made with `content` when it is not there.

    It appears whole: nobody can read it between being made and being written.
    """
    if not path.exists():
        handle, fresh = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(content)
            with contextlib.suppress(FileExistsError):  # another process was faster
                os.link(fresh, path)
        finally:
            os.unlink(fresh)
    return path.read_bytes()
