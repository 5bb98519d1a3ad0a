"""What is reaped from the page, and what is not."""

import contextlib
import sqlite3

import world
from browser import check
from pages import ordinary
from server import serving


def statuses(server):
    with contextlib.closing(sqlite3.connect(server.database)) as conn:
        return dict(conn.execute("SELECT id, status FROM tasks"))


def asked(browser, server, path="/"):
    """The page that lists what would be reaped, and who that is."""
    browser.open(server.url_with("read", path))
    browser.click(".zombies button")
    return [name.text for name in browser.all("tbody th")]


def answer(browser, token):
    browser.one("input[name=token]").send_keys(token)
    browser.click("form.confirm button")


def declined_nothing_is_reaped(browser):
    with serving(ordinary) as server:
        before = statuses(server)
        listed = asked(browser, server)
        check(listed == sorted(listed) and len(listed) == 5, f"listed: {listed}")
        check(browser.text("h1") == "Reap 5 zombies?", browser.text("h1"))
        browser.is_well("the question")
        browser.click("a.button")
        check(browser.text("h1") == "5 zombies", browser.text("h1"))
        check(statuses(server) == before, "something was written")


def with_another_token_nothing_is_reaped(browser):
    with serving(ordinary) as server:
        before = statuses(server)
        listed = asked(browser, server)
        for token in ("wrong", server.tokens["read"], server.tokens["mcp"]):
            answer(browser, token)
            check("not the write token" in browser.text("[role=alert]"), browser.text())
            check([name.text for name in browser.all("tbody th")] == listed, "another list")
            check(browser.one("input[name=token]").get_attribute("value") == "", "the token is sent back")
        browser.is_well("a wrong token", refused=403)
        check(statuses(server) == before, "something was written")
        answer(browser, server.tokens["write"])
        check(browser.text("h1") == "5 tasks reaped", browser.text("h1"))
        browser.is_silent("a right token", refused=403)


def those_that_were_listed_are_reaped(browser):
    with serving(ordinary) as server:
        before = statuses(server)
        listed = asked(browser, server)
        plan = browser.one("input[name=plan]").get_attribute("value")
        answer(browser, server.tokens["write"])
        check(browser.text("h1") == "5 tasks reaped", browser.text("h1"))
        check(sorted(name.text for name in browser.all("tbody th")) == listed, browser.text())
        browser.is_well("what was reaped")
        after = statuses(server)
        check({id for id in after if after[id] != before[id]} == set(listed), "others were reaped")
        check({after[id] for id in listed} == {"open"}, "not open")
        browser.click("a.button")
        check(browser.text("h1") == "No zombies, 1 undecided", browser.text("h1"))
        # A list is good for one sweep.
        asked_again(browser, server, plan)


def asked_again(browser, server, plan):
    browser.script(
        "const form = document.createElement('form'); form.method = 'post'; form.action = '/sweeps'; form.className = 'again';"
        "for (const [name, value] of Object.entries(arguments[0])) { const field = document.createElement('input');"
        "field.name = name; field.value = value; form.append(field) } const button = document.createElement('button');"
        "form.append(button); document.querySelector('main').append(form)",
        {"plan": plan, "token": server.tokens["write"]},
    )
    browser.click("form.again button")
    check("used already" in browser.text(), browser.text())
    browser.is_well("a list that was used", refused=404)


def what_came_after_the_question_is_left_alone(browser):
    with serving(ordinary) as server:
        listed = asked(browser, server)
        with contextlib.closing(sqlite3.connect(server.database)) as conn:
            conn.execute("UPDATE task_runs SET last_heartbeat = ? WHERE task_id = 'fold-kinases-7'", (world.ago(1),))
            world.task(conn, "newly-dead", heartbeat=2000)
            conn.commit()
        answer(browser, server.tokens["write"])
        reaped = {name.text for name in browser.all("tbody th")}
        check(reaped == set(listed) - {"fold-kinases-7"}, f"reaped: {reaped}")
        check(statuses(server)["newly-dead"] == "running", "one that nobody was asked about was reaped")


def what_is_filtered_is_all_that_is_reaped(browser):
    with serving(ordinary) as server:
        listed = asked(browser, server, "/?reason=stale_heartbeat")
        check(listed == ["fold-kinases-7", "relax-lattice-3"], f"listed: {listed}")
        answer(browser, server.tokens["write"])
        check(browser.text("h1") == "2 tasks reaped", browser.text("h1"))
        browser.open(server.url("/"))
        check(browser.text("h1") == "3 zombies", browser.text("h1"))


def nothing_is_reaped_where_it_is_read_only(browser):
    with serving(ordinary, "--read-only") as server:
        browser.open(server.url_with("write"))
        check(not browser.all("form.act"), "it asks")
        check("read-only" in browser.text(".top"), browser.text(".top"))
        browser.is_well("read-only")
