"""All benchmarks: `python -m bench`."""

from __future__ import annotations

from bench import redeem

if __name__ == "__main__":
    redeem.main()
