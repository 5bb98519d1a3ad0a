"""What a learned threshold saves and what it costs, beside a fixed one. Simulated: no clock is asked, no queue is made."""

import subprocess

import measure
import programs


def silence(bench):
    told = subprocess.run(programs.silence(), stdout=subprocess.PIPE, text=True)
    if told.returncode != 0:
        raise measure.Failed(f"a bound is broken:\n\n{told.stdout}")
    return [told.stdout], []
