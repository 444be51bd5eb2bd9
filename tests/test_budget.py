"""What a recording may cost, in one process and in several."""

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bototape.capture.budget import Budget, BudgetSpent


def sent(budget):
    """How many requests *budget* lets through before it refuses one."""
    count = 0
    try:
        while True:
            budget.sending()
            count += 1
    except BudgetSpent:
        return count


def test_the_request_over_it_is_not_sent():
    """And nothing after it."""
    budget = Budget(3)

    assert (sent(budget), sent(budget)) == (3, 0)
    with pytest.raises(BudgetSpent, match="3 of 3 requests were sent"):
        budget.sending()


def test_copies_of_a_shared_budget_are_one(tmp_path):
    """What was sent before it was shared counts, and what each copy sends; threads race for the last one."""
    budget = Budget(100)
    budget.sending()
    shared = budget.shared(tmp_path / "requests")
    copies = [pickle.loads(pickle.dumps(shared)) for _ in range(8)]  # noqa: S301 - our own

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(sent, copies)) == 99
    assert sent(shared) == 0


CHILD = """
import sys
from pathlib import Path
from bototape.capture.budget import Budget, BudgetSpent
budget, count = Budget(500, counter=Path(sys.argv[1])), 0
try:
    while True:
        budget.sending()
        count += 1
except BudgetSpent:
    print(count)
"""


@pytest.mark.slow
def test_processes_share_it(tmp_path):
    """Not one request more, nor one less, whoever sends it."""
    counter = tmp_path / "requests"
    counter.touch()
    command = [sys.executable, "-c", CHILD, str(counter)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    assert sum(int(each.communicate()[0]) for each in children) == 500


def test_time_goes_on_in_a_copy():
    """It began when the run did, not when the copy was made."""
    now = [100.0]
    budget = Budget(max_duration_s=60, clock=lambda: now[0])
    now[0] = 130.0
    budget.lasts(30)

    with pytest.raises(BudgetSpent, match="30 of 60 seconds have gone, and the next poll is due in 31"):
        budget.lasts(31)
    begun = Budget(max_duration_s=60)
    assert pickle.loads(pickle.dumps(begun)) == begun  # noqa: S301 - our own
