"""Figures of spikes as SVG text, without a plotting library."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from spike_encoder import _core

_WIDTH, _HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 28, 44
_STYLE = "font-family:sans-serif;font-size:12px"


@dataclass(frozen=True)
class Plot:
    """A figure; notebooks show it, `save` writes it."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str) -> None:
        """Writes the figure to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)


def raster(rows: _core.Train, max_spikes: int) -> Plot:
    """A mark for each spike, neurons upwards; of more than `max_spikes` only the first rows that hold so many."""
    offsets = rows.offsets()
    shown = max(int(np.searchsorted(offsets, max_spikes, side="right")) - 1, min(1, rows.num_neurons))
    title = f"{rows.total_spikes} spikes of {rows.num_neurons} neurons"
    if shown < rows.num_neurons:
        title += f", neurons 0 to {shown - 1} shown"
    end = int(offsets[shown])
    axes = _Axes("time (ms)", "neuron", rows.duration_ms, max(shown, 1))
    x = axes.x(rows.times_ms()[:end])
    top, bottom = axes.y(rows.rows()[:end] + 0.9), axes.y(rows.rows()[:end] + 0.1)
    marks = "".join(f"M{a:.1f} {b:.1f}V{c:.1f}" for a, b, c in zip(x, bottom, top))
    return axes.plot(title, f'<path d="{marks}" stroke="#1f4e79" stroke-width="1" fill="none"/>')


def spike_rate(rows: _core.Train, num_bins: int = 50) -> Plot:
    """Mean rate of all neurons in bins of whole steps."""
    num_bins = min(num_bins, rows.num_steps)
    edges = np.linspace(0, rows.num_steps, num_bins + 1).round().astype(np.int64)
    counts = np.diff(np.searchsorted(np.sort(rows.steps()), edges))
    rates = counts / (np.diff(edges) * (rows.dt_ns / 1e9) * max(rows.num_neurons, 1))
    axes = _Axes("time (ms)", "rate (Hz)", rows.duration_ms, max(float(rates.max(initial=0.0)), 1e-9))
    x, y = axes.x(edges * rows.dt_ns / 1e6), axes.y(rates)
    bars = "".join(
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{_HEIGHT - _BOTTOM - top:.1f}"/>'
        for left, right, top in zip(x[:-1], x[1:], y)
    )
    return axes.plot(f"mean rate of {rows.num_neurons} neurons", f'<g fill="#1f4e79">{bars}</g>')


def steps_curve(accuracies: np.ndarray, accuracy_original: float) -> Plot:
    """Accuracy in percent after each step; the dashed line is the trained network."""
    axes = _Axes("steps", "accuracy (%)", len(accuracies), 100.0)
    points = zip(axes.x(np.arange(1, len(accuracies) + 1)), axes.y(100.0 * np.asarray(accuracies)))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    across = float(axes.y(np.array(100.0 * accuracy_original)))
    title = f"{100 * accuracies[-1]:.2f} % after {len(accuracies)} steps, trained network {100 * accuracy_original:.2f} %"
    return axes.plot(
        title,
        f'<path d="M{_LEFT} {across:.1f}H{_WIDTH - _RIGHT}" stroke="#888" stroke-dasharray="4 3" fill="none"/>'
        f'<polyline points="{line}" stroke="#1f4e79" stroke-width="1.5" fill="none"/>',
    )


@dataclass(frozen=True)
class _Axes:
    """The frame of a figure: both axes begin at 0."""

    x_label: str
    y_label: str
    x_max: float
    y_max: float

    def x(self, values: np.ndarray) -> np.ndarray:
        return _LEFT + values / self.x_max * (_WIDTH - _LEFT - _RIGHT)

    def y(self, values: np.ndarray) -> np.ndarray:
        return _HEIGHT - _BOTTOM - values / self.y_max * (_HEIGHT - _TOP - _BOTTOM)

    def plot(self, title: str, content: str) -> Plot:
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        middle = (_TOP + bottom) / 2
        texts = [
            (_LEFT, _TOP - 10, "start", title),
            ((_LEFT + right) / 2, _HEIGHT - 8, "middle", self.x_label),
            (_LEFT, bottom + 16, "middle", "0"),
            (right, bottom + 16, "end", f"{self.x_max:g}"),
            (_LEFT - 6, bottom + 4, "end", "0"),
            (_LEFT - 6, _TOP + 4, "end", f"{self.y_max:.4g}"),
        ]
        labels = "".join(f'<text x="{x}" y="{y}" text-anchor="{at}">{escape(text)}</text>' for x, y, at, text in texts)
        upright = f'transform="rotate(-90 16 {middle})" text-anchor="middle"'
        labels += f'<text x="16" y="{middle}" {upright}>{escape(self.y_label)}</text>'
        return Plot(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
            f'viewBox="0 0 {_WIDTH} {_HEIGHT}" style="{_STYLE}" role="img">'
            f"<title>{escape(title)}</title>"
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>'
            f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" stroke="black" fill="none"/>{labels}{content}</svg>'
        )
