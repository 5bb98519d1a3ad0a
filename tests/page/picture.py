#!/usr/bin/env python3
"""Takes the README's pictures; see `run`."""

import pathlib
import sys

from browser import WIDE, browser
from pages import ordinary
from server import serving

HEIGHT = 860

with serving(ordinary) as server, browser() as chromium:
    for name, dark in (("page.png", False), ("page-dark.png", True)):
        chromium.open(server.url_with("read"))
        chromium.screen(WIDE, dark)
        chromium.picture(pathlib.Path(sys.argv[1]) / name, HEIGHT)
