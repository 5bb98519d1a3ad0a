#!/usr/bin/env python3
"""Takes the README's pictures; see `run`."""

import pathlib
import subprocess
import sys

from browser import WIDE, browser
from pages import ordinary
from server import serving

HEIGHT = 1240

with serving(ordinary) as server, browser() as chromium:
    for name, dark in (("page.png", False), ("page-dark.png", True)):
        chromium.open(server.url_with("read"))
        chromium.screen(WIDE, dark)
        picture = pathlib.Path(sys.argv[1]) / name
        chromium.picture(picture, HEIGHT)
        # A page has few colours, and a README is read over slow lines.
        subprocess.run(["pngquant", "--force", "--output", picture, "128", picture], check=True)
