"""A rule that the policy gives no settings, or that has no policy, says nothing."""

import pytest
from support.cases import passing
from support.policy_documents import ruled

from judging.case import Absent
from judging.table import CHOSEN, RULES


@pytest.mark.parametrize("name", [*CHOSEN, "required_slices"])
def test_without_a_policy_a_rule_with_settings_says_nothing(name):
    (rule,) = (rule for rule in RULES if rule.id == name)
    assert rule.judged(passing(policy=Absent("no such file"))) == ()


@pytest.mark.parametrize("name", CHOSEN)
def test_without_its_settings_a_rule_says_nothing(name):
    without = ruled(**{name: [] if CHOSEN[name].prefix else None})
    assert CHOSEN[name].judged(passing(policy=without)) == CHOSEN[name].results(without) == ()
