"""How counts are read, merged and combined: pure functions over plain values."""
