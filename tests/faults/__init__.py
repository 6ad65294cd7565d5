"""Promises broken on purpose: power cuts, kills, full disks, cut lines."""
