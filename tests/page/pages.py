"""What is only looked at."""

import functools
import pathlib
import re
import urllib.parse
import urllib.request

import world
from browser import check
from server import SWEEPER, serving

ordinary = functools.partial(world.ordinary, sweeper=SWEEPER)


def get(server, path, kind="read"):
    request = urllib.request.Request(server.url(path), headers={"Authorization": f"Bearer {server.tokens[kind]}", "Accept": "text/html"})
    return urllib.request.urlopen(request)


def count(browser, section):
    return int(re.sub(r"\D", "", browser.text(f"#{section} .count")))


def overview_tells_how_the_queue_stands(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read"))
        check(browser.text("h1") == "5 zombies", browser.text("h1"))
        shares = [float(bar.get_attribute("width")) for bar in browser.all(".bars li .fill")]
        check(len(shares) == 14 and shares == sorted(shares, reverse=True), f"bars: {shares}")
        check(max(shares) > 80 and min(shares) < 5, f"bars: {shares}")
        drawn = [bar.rect["width"] for bar in browser.all(".bars li .fill")]
        check(drawn[0] > 10 * drawn[-1], f"bars as drawn: {drawn}")
        for section in ("zombies", "running", "undecided", "findings", "reaps", "outcomes", "warnings"):
            check(browser.all(f"h2#{section}"), f"no {section}")
        check("port-mesher-1" in browser.one("section[aria-labelledby=undecided]").text, "who is undecided")
        day, month = browser.all("section[aria-labelledby=reaps] tfoot td")
        check(int(day.text) <= int(month.text) and int(month.text) > 14, f"reaps: {day.text}, {month.text}")
        light = browser.script("return getComputedStyle(document.body).backgroundColor")
        browser.screen(1280, dark=True)
        check(browser.script("return getComputedStyle(document.body).backgroundColor") != light, "it is not dark")
        browser.is_well("overview")


def nothing_is_drawn_but_by_the_stylesheet(browser):
    with serving(ordinary) as server:
        for path in ("/", "/task?task=fold-kinases-7", "/docs"):
            with get(server, path) as page:
                policy, text = page.headers["Content-Security-Policy"], page.read().decode()
            check("default-src 'none'" in policy and "script" not in policy, policy)
            for tag in re.findall(r"<[^>]*>", text):
                check(not re.search(r"<script|\sstyle=|\son\w+=|javascript:", tag), f"{path}: {tag}")
        for path in ("/style.css", "/icon.svg"):
            with get(server, path) as page:
                check("http:" not in page.read().decode().replace("http://www.w3.org/2000/svg", ""), f"{path} leads elsewhere")


def filters_stand_in_the_address(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read"))
        browser.one("input[name=q]").send_keys("FOLD")
        browser.click(".filters button")
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.driver.current_url).query)
        check(query == {"q": ["FOLD"]}, f"asked: {query}")
        names = [link.text for link in browser.all(".bars li a, .zombies tbody th a")]
        check(sorted(names) == ["fold-kinases-22", "fold-kinases-7"], f"found: {names}")
        browser.is_well("filtered by id")
        browser.open(server.url("/?reason=run_completed"))
        names = [link.text for link in browser.all(".zombies tbody th a")]
        check(names == ["publish-digest-31"], f"found: {names}")
        browser.open(server.url("/?project=Lattice"))
        projects = {name.text for name in browser.all(".bars .project")}
        check(projects == {"Lattice"}, f"found: {projects}")
        check("Project Lattice" in browser.text(".banner"), browser.text(".banner"))
        browser.click(".filters a")
        check(browser.driver.current_url == server.url("/"), browser.driver.current_url)


def a_task_has_a_page(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read"))
        browser.click(".zombies tbody th a[href$=fold-kinases-7]")
        check(browser.text("h1") == "Task fold-kinases-7", browser.text("h1"))
        check(browser.text(".verdict") == "zombie", browser.text(".verdict"))
        check("yes" in browser.text(".verdicts tr.fits"), "no row fits")
        check("task_runs.last_heartbeat" in browser.text(), "no sign of life")
        browser.is_well("a zombie's page")
        browser.open(server.url("/"))
        browser.click(".bars li:first-child a")
        check(browser.text(".verdict") == "healthy", browser.text(".verdict"))
        browser.is_well("a page of one that is alive")
        browser.open(server.url("/"))
        browser.go(browser.all("section[aria-labelledby=reaps] tbody th a")[0].click)
        check(browser.all("h2[id^=reaps]"), "a task that was reaped does not say so")
        browser.is_well("a page of one that was reaped")


def ten_thousand_are_turned_in_pages(browser):
    with serving(functools.partial(world.many, count=10_000)) as server:
        browser.open(server.url_with("read"))
        check(count(browser, "running") == 10_000, f"at work: {count(browser, 'running')}")
        check(len(browser.all(".bars li")) == 200, "not 200 on a page")
        check(browser.text(".bars li:first-child a") == "task-09999", browser.text(".bars li:first-child a"))
        browser.is_well("the first of many pages")
        browser.click("a[rel=next]")
        check(browser.driver.current_url.endswith("page=2"), browser.driver.current_url)
        check(browser.text(".bars li:first-child a") == "task-09799", browser.text(".bars li:first-child a"))
        browser.open(server.url("/?page=50"))
        check(not browser.all("a[rel=next]") and len(browser.all(".bars li")) == 200, "the last page is not the last")
        browser.open(server.url("/?page=51"))
        check("not so many pages" in browser.text(), "a page beyond the last is not told")
        browser.open(server.url("/?q=task-0123"))
        check(count(browser, "running") == 10, f"found: {count(browser, 'running')}")


def it_comes_anew_where_that_is_asked_for(browser):
    with serving(ordinary) as server:
        with get(server, "/") as page:
            check(page.headers["Refresh"] is None, "it comes anew unasked")
        browser.open(server.url_with("read"))
        browser.script("document.querySelector('select[name=refresh]').value = '30'")
        browser.click(".filters button")
        check("refresh=30" in browser.driver.current_url, browser.driver.current_url)
        check(not browser.all("meta[http-equiv]"), "a page that comes anew by itself")
        with get(server, "/?refresh=30") as page:
            check(page.headers["Refresh"] == "30", page.headers["Refresh"])


def the_api_is_described(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read", "/docs"))
        check("/v1/plan" in browser.text(), "no /v1/plan")
        browser.is_well("the API's page")


def what_goes_wrong_has_a_page(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read"))
        for path, status, says in (
            ("/nothing", 404, "nothing here"),
            ("/task?task=no-such-task", 404, "no-such-task"),
            ("/?project=Nobody", 404, "Nobody"),
            ("/?page=0", 422, "expected a number"),
            ("/?refresh=1", 422, "5 to 3600"),
            ("/?colour=red", 422, "colour"),
        ):
            browser.open(server.url(path))
            check(says in browser.text(), f"{path}: {browser.text()}")
            browser.is_well(path, refused=status)


def a_database_that_is_gone_and_comes_back(browser):
    with serving(ordinary) as server:
        browser.open(server.url_with("read"))
        aside = server.database.with_suffix(".aside")
        others = [pathlib.Path(f"{server.database}{end}") for end in ("-wal", "-shm")]
        server.database.rename(aside)
        said = {path: path.read_bytes() for path in others if path.exists()}
        for path in said:
            path.unlink()
        # What was seen a moment ago may be told once more.
        until_told(browser, server, "The queue cannot be read now")
        browser.is_well("a database that is gone", refused=503)
        aside.rename(server.database)
        for path, held in said.items():
            path.write_bytes(held)
        until_told(browser, server, "5 zombies")
        browser.is_silent("a database that is back", refused=503)


def until_told(browser, server, says):
    for _ in range(100):
        browser.open(server.url("/"))
        if browser.text("h1") == says:
            return
    check(False, f"expected {says}, found {browser.text()}")
