#!/usr/bin/env python3
"""Drives the page; see `run`."""

import sys

import flows
import harm
import keyboard
import pages
from browser import browser

ran = 0
with browser() as chromium:
    for check in (
        pages.overview_tells_how_the_queue_stands,
        pages.nothing_is_drawn_but_by_the_stylesheet,
        pages.filters_stand_in_the_address,
        pages.a_task_has_a_page,
        pages.ten_thousand_are_turned_in_pages,
        pages.it_comes_anew_where_that_is_asked_for,
        pages.the_api_is_described,
        pages.what_goes_wrong_has_a_page,
        pages.a_database_that_is_gone_and_comes_back,
        flows.declined_nothing_is_reaped,
        flows.with_another_token_nothing_is_reaped,
        flows.those_that_were_listed_are_reaped,
        flows.what_came_after_the_question_is_left_alone,
        flows.what_is_filtered_is_all_that_is_reaped,
        flows.nothing_is_reaped_where_it_is_read_only,
        keyboard.all_can_be_done_without_a_mouse,
        harm.names_are_shown_and_not_obeyed,
        harm.every_link_leads_to_its_task,
    ):
        name = f"{check.__module__}: {check.__name__.replace('_', ' ')}"
        if not all(word in name for word in sys.argv[1:]):
            continue
        check(chromium)
        ran += 1
        print(name, flush=True)
if ran == 0:
    sys.exit(f"no check has these words in its name: {' '.join(sys.argv[1:])}")
