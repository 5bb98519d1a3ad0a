"""Draws two figures as SVG, for light and for dark pages: cost over the number of zombies, and over the size of the table."""

import json
import math
import pathlib
import statistics

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 50, 50
# Read well on white and on black.
COLOURS = {"zombie-sweeper": "#2f81f7", "limit": "#d4820f", "python": "#3fa45b"}
GREY = "#808890"


def draw(figures, folder):
    """Draws the figures kept in a JSON file by the parts `growth` and `healthy`."""
    kept = json.loads(pathlib.Path(figures).read_text())["parts"]
    folder = pathlib.Path(folder)
    counted = [cell for cell in kept["growth"] if not cell["shape"]["scattered"]]
    svg = chart("Time of a sweep over the number of zombies", "zombies", lines(counted, "zombies"))
    (folder / "speed-zombies.svg").write_text(svg)
    found = {}
    for index, dashes in ((True, ""), (False, ", no index")):
        cells = [cell for cell in kept["healthy"] if cell["shape"]["index"] == index and cell["shape"]["history"] == 1]
        found |= {name + dashes: points for name, points in lines(cells, "tasks").items()}
    svg = chart("Time of a sweep over the number of tasks: 20 running, all alive", "tasks", found)
    (folder / "speed-tables.svg").write_text(svg)


def lines(cells, over):
    """Points of each program: so many of `over`, so many seconds."""
    found = {name: [] for name in COLOURS}
    for cell in cells:
        for name, seconds in cell["seconds"].items():
            found[name].append((cell["shape"][over], statistics.median(seconds)))
    return found


def chart(title, over, lines):
    """Both axes by powers of ten. Each line bears its name at its end; one that ends in "no index" is dashed."""
    points = [point for line in lines.values() for point in line]
    xs, ys = ([axis(point[place]) for point in points] for place in (0, 1))
    x_range = (math.floor(min(xs)), math.ceil(max(xs)))
    y_range = (math.floor(min(ys)), math.ceil(max(ys)))

    def x(value):
        return LEFT + (axis(value) - x_range[0]) / (x_range[1] - x_range[0]) * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (axis(value) - y_range[0]) / (y_range[1] - y_range[0]) * (HEIGHT - TOP - BOTTOM)

    parts = [text(LEFT, TOP - 22, title, size=15)]
    for power in range(x_range[0], x_range[1] + 1):
        at = x(10**power)
        parts += [rule(at, TOP, at, HEIGHT - BOTTOM), text(at, HEIGHT - BOTTOM + 20, f"{10**power:,}", anchor="middle")]
    for power in range(y_range[0], y_range[1] + 1):
        at = y(10.0**power)
        parts += [rule(LEFT, at, WIDTH - RIGHT, at), text(LEFT - 8, at + 4, duration(power), anchor="end")]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, over, anchor="middle"))
    ends = {name: line[-1] for name, line in lines.items()}
    labels = {}
    for end in {across for across, _ in ends.values()}:
        labels |= apart({name: y(seconds) for name, (across, seconds) in ends.items() if across == end})
    for name, line in lines.items():
        colour = COLOURS[name.split(",")[0]]
        dashes = ' stroke-dasharray="6 4"' if name.endswith("no index") else ""
        path = " ".join(f"{x(across):.1f},{y(seconds):.1f}" for across, seconds in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dashes}/>')
        parts += [f'<circle cx="{x(across):.1f}" cy="{y(seconds):.1f}" r="3" fill="{colour}"/>' for across, seconds in line]
        parts.append(text(x(ends[name][0]) + 10, labels[name] + 4, name, colour=colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}"\n'
        '     font-family="system-ui, sans-serif" font-size="13">\n' + "\n".join(parts) + "\n</svg>\n"
    )


def axis(value):
    return math.log10(value)


def duration(power):
    return f"{10**power:,} s" if power >= 0 else f"{10 ** (power + 3):,} ms" if power >= -3 else f"{10 ** (power + 6):,} µs"


def apart(heights):
    """Labels at these heights, moved down where they would cover one another."""
    placed, last = {}, -math.inf
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        placed[name] = last = max(height, last + 16)
    return placed


def rule(x1, y1, x2, y2):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GREY}" stroke-opacity="0.3"/>'


def text(x, y, words, anchor="start", size=13, colour=GREY):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{words}</text>'
