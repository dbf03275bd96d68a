"""By two grounds a change is judged as strictly as by each, and broken glass of either is known."""

from dataclasses import replace

from support.change_facts import facts, ground, promotion, saying, stated
from support.people import NOON

from artifacts.cant_tell import CantTell
from delivery.changes.judgement import judge_by_both, judge_change

GONE = ground(tiers=CantTell("policies/risk_tiers.yaml", "gone"))


def test_by_the_same_ground_it_is_judged_once_as_what_it_becomes():
    made = facts("policy", ground=GONE, after=ground())
    assert judge_by_both(made, GONE) == judge_change(made)


def test_a_glass_that_is_broken_by_either_ground_is_remembered():
    made = promotion()
    later = {"expires_at": NOON.replace(hour=13)}
    broken = [stated(made, name, word="break_glass", **later) for name in ("bo", "cleo")]
    made = saying(made, *broken)
    digests = {one.approval.digest for one in broken}
    assert set(judge_change(made).break_glass) == digests
    assert judge_change(replace(made, ground=GONE)).break_glass == ()
    assert set(judge_by_both(made, GONE).break_glass) == digests
    assert set(judge_by_both(replace(made, ground=GONE), ground()).break_glass) == digests
