"""Names of tasks that mean harm."""

import world
from browser import check
from server import serving


def shown(name):
    """As the page shows it: no longer than a line or two, and nothing in it that is obeyed or not seen."""
    unseen = {*"\u200d\ufe0f\u061c\u200e\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

    def harmless(c):
        is_control = ord(c) < 32 or 127 <= ord(c) < 160
        return named.get(c) or (f"\\u{{{ord(c):x}}}" if is_control or c in unseen else c)

    cut = name if len(name) <= 200 else name[:200] + "…"
    return "".join(map(harmless, cut))


def names_are_shown_and_not_obeyed(browser):
    with serving(world.hostile) as server:
        browser.open(server.url_with("read"))
        check(browser.driver.title.endswith("– zombie-sweeper"), browser.driver.title)
        check(not browser.all("script, img, iframe, i, u, [onload], [onerror]"), "a name is a part of the page")
        names = {name.get_attribute("textContent") for name in browser.all(".bars .id, .zombies .id")}
        for name in world.HOSTILE:
            check(shown(name) in names, f"not shown: {shown(name)!r}")
        check("1.0 MB long" in browser.text(), "how long an id is that is cut is not told")
        browser.is_well("names that mean harm")
        browser.click(".zombies button")
        check(not browser.all("script, img, iframe"), "a name is a part of the question")
        browser.is_well("a question of names that mean harm")


def every_link_leads_to_its_task(browser):
    with serving(world.hostile) as server:
        browser.open(server.url_with("read"))
        links = [(link.get_attribute("href"), link.text) for link in browser.all(".bars .who a, .zombies tbody th a")]
        # Each name stands twice, alive and dead, but for the two that no address can carry.
        check(len(links) == 2 * (len(world.HOSTILE) - 2), f"{len(links)} links")
        for address, name in links:
            browser.open(address)
            check(browser.all(".verdict"), f"{name!r}: {browser.text()}")
            check(not browser.all("script, img, iframe, [onload], [onerror]"), f"a part of the page: {name!r}")
        browser.is_well("a task that means harm")
