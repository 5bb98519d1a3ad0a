"""Nothing but keys."""

from selenium.webdriver.common.keys import Keys

from browser import check
from pages import ordinary
from server import serving

# More presses than there are places to go to.
MOST = 300


def tab_to(browser, is_it, what):
    for _ in range(MOST):
        browser.press(Keys.TAB)
        element = browser.focused()
        if is_it(element):
            ring = browser.script("const s = getComputedStyle(arguments[0]); return [s.outlineStyle, s.outlineWidth]", element)
            check(ring[0] != "none" and ring[1] != "0px", f"where the keyboard is cannot be seen: {what}")
            return element
    check(False, f"no key leads to {what}")


def all_can_be_done_without_a_mouse(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read"))
        browser.press(Keys.TAB)
        check(browser.focused().text == "Skip to the content", browser.focused().text)
        check(browser.focused().rect["x"] >= 0, "the way past the header cannot be seen")
        browser.press(Keys.ENTER)
        check(browser.focused().tag_name == "main", browser.focused().tag_name)
        tab_to(browser, lambda element: element.get_attribute("name") == "q", "the filter")
        browser.go(lambda: browser.press("dead-nobody", Keys.ENTER))
        check("fits the filter" in browser.text(), browser.text())
        browser.open(server.url("/"))
        tab_to(browser, lambda element: element.text.startswith("Reap these"), "what asks")
        browser.go(lambda: browser.press(Keys.ENTER))
        tab_to(browser, lambda element: element.get_attribute("name") == "token", "the field for the token")
        browser.go(lambda: browser.press(server.tokens["write"], Keys.ENTER))
        check(browser.text("h1") == "5 tasks reaped", browser.text("h1"))
