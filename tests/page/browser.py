"""A headless Chromium, and what is asked of every page in it."""

import base64
import contextlib
import os
import pathlib
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

AXE = pathlib.Path(os.environ["AXE"]).read_text()
# How long a page may take to come, in seconds: far longer than it does.
PATIENCE = 60
WIDE, NARROW = 1280, 320
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --hide-scrollbars"
).split()


def check(holds, said):
    if not holds:
        raise SystemExit(f"failed: {said}")


class Browser:
    def __init__(self, driver):
        self.driver = driver

    def open(self, url):
        self.driver.get(url)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        found = self.all(css)
        check(len(found) == 1, f"expected one {css}, found {len(found)} at {self.driver.current_url}")
        return found[0]

    def text(self, css="main"):
        return self.one(css).text

    def go(self, act):
        """Does what leads to another page, and waits for it."""
        before = self.one("html")
        act()
        WebDriverWait(self.driver, PATIENCE).until(lambda _: self.driver.find_element(By.CSS_SELECTOR, "html") != before)
        WebDriverWait(self.driver, PATIENCE).until(
            lambda _: self.driver.execute_script("return document.readyState") == "complete"
        )

    def click(self, css):
        element = self.one(css)
        self.go(element.click)

    def script(self, code, *args):
        return self.driver.execute_script(code, *args)

    def focused(self):
        return self.driver.switch_to.active_element

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def screen(self, width, dark=False):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def is_well(self, what, refused=None):
        """The page is for everybody, in light and dark, wide and narrow; and the browser has nothing to say of it, but that it
        was `refused` with that status."""
        for dark in (False, True):
            for width in (NARROW, WIDE):
                self.screen(width, dark)
                seen = self.script("return document.scrollingElement.scrollWidth")
                check(seen <= width, f"{what}: {seen} pixels wide on a screen of {width}")
                self.has_no_violation(f"{what}, {'dark' if dark else 'light'}, {width} pixels")
        self.screen(WIDE)
        self.is_silent(what, refused)

    def has_no_violation(self, what):
        self.script(AXE + "; window.axe = axe")
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(found => done(found.violations), error => done([{id: String(error)}]))"
        )
        said = [(rule["id"], [node["html"][:200] for node in rule.get("nodes", [])][:3]) for rule in found]
        check(not said, f"{what}: axe-core says {said}")

    def is_silent(self, what, refused=None):
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        if refused is not None:
            said = [line for line in said if f"status of {refused}" not in line]
        check(not said, f"{what}: the browser says {said}")

    def picture(self, path, height):
        clip = {"x": 0, "y": 0, "width": WIDE, "height": height, "scale": 1}
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        path.write_bytes(base64.b64decode(taken["data"]))


@contextlib.contextmanager
def browser():
    with tempfile.TemporaryDirectory(prefix="zombie-sweeper-browser-") as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in [*OPTIONS, f"--user-data-dir={profile}"]:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            driver.set_page_load_timeout(PATIENCE)
            driver.set_script_timeout(PATIENCE)
            made = Browser(driver)
            made.screen(WIDE)
            yield made
        finally:
            driver.quit()
