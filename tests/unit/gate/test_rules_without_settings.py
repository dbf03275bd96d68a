"""A rule that the policy gives no settings, or that has no policy, says nothing."""

import pytest
from support.cases import passing
from support.policy_documents import ruled, settings

from gate.case import Absent
from gate.rules.table import RULES

WITH_SETTINGS = {rule.id: rule.judge for rule in RULES if rule.settings}
EMPTY = {name: [] if isinstance(given, list) else None for name, given in settings().items()}


@pytest.mark.parametrize("name", [*WITH_SETTINGS, "required_slices"])
def test_without_a_policy_a_rule_with_settings_says_nothing(name):
    (judge,) = (rule.judge for rule in RULES if rule.id == name)
    assert judge(passing(policy=Absent("no such file"))) == ()


@pytest.mark.parametrize("name", list(WITH_SETTINGS))
def test_without_its_settings_a_rule_says_nothing(name):
    assert WITH_SETTINGS[name](passing(policy=ruled(**{name: EMPTY[name]}))) == ()
