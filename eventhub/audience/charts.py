"""Small curves of the live page as SVG paths: numbers in, markup out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from markupsafe import Markup

from eventhub.audience.rules.samples import Point

WIDTH = 600
HEIGHT = 96
_FOOT = 1  # px below the curve for the base line
_WARP_PX = 5


def curve(points: Sequence[Point], label: str) -> Markup:
    """
    Return the curve of `points` with bare warp where samples are missing.

    Args:
        points: In order of time, one per bucket.

        label: What the picture says, for assistive technology; escaped.
    """
    known = [float(point.mean) for point in points if point.mean is not None]
    if len(points) < 2 or not known:
        return Markup()
    line, gaps = _drawn(points, max(known) or 1.0)
    return Markup(
        '<svg class="curve" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" '
        'aria-label="{label}"><path class="curve-gap" d="{gaps}"/>'
        '<path class="curve-base" d="M0 {base}H{w}"/>'
        '<path class="curve-line" d="{line}"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, base=HEIGHT - _FOOT / 2, label=label, gaps=gaps, line=line)


def _drawn(points: Sequence[Point], top: float) -> tuple[str, str]:
    """Return the path of the curve and that of its gaps."""
    step = WIDTH / (len(points) - 1)
    line: list[str] = []
    gaps: list[str] = []
    for is_gap, run in groupby(enumerate(points), key=lambda pair: pair[1].mean is None):
        found = list(run)
        if is_gap:
            gaps.append(_warp(found[0][0] * step, len(found) * step))
            continue
        for place, (index, point) in enumerate(found):
            y = (HEIGHT - _FOOT) * (1 - float(point.mean or 0) / top) + _FOOT
            line.append(f"{'L' if place else 'M'}{index * step:.1f} {y:.1f}")
    return "".join(line), " ".join(gaps)


def _warp(x: float, width: float) -> str:
    count = max(1, round(width / _WARP_PX))
    return "".join(f"M{x + n * width / count:.1f} 0V{HEIGHT}" for n in range(count))


def ends(points: Sequence[Point]) -> tuple[datetime, datetime] | None:
    """Return the times of the first and last bucket, None without any."""
    return (points[0].at, points[-1].at) if points else None
