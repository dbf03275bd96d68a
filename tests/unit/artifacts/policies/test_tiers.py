import pytest
from support.policy_documents import tier_document, tiers_document
from support.staging_asked import WHY, shown_by_staging

from artifacts.errors import UnreadableRecord
from artifacts.policies.tiers import RiskTiers, SettingLimit

MARGIN = {"rule": "non_inferiority", "setting": "margin", "reason": WHY}


def read(document):
    return RiskTiers.parse(document, "a test")


def changed(**high):
    return read(tiers_document(high=high))


def limits(*values, kind="at_most", **more):
    return [MARGIN | {kind: value} | more for value in values]


def test_three_tiers_that_rise_are_read():
    assert set(read(tiers_document()).tiers) == {"low", "moderate", "high"}


@pytest.mark.parametrize("tier", ["low", "moderate", "high"])
def test_each_of_the_three_must_be_there(tier):
    document = tiers_document()
    del document["tiers"][tier]
    with pytest.raises(UnreadableRecord, match=f"no tier {tier}"):
        read(document)


def test_a_fourth_tier_is_refused():
    document = tiers_document()
    document["tiers"]["none"] = tier_document()
    with pytest.raises(UnreadableRecord, match="none"):
        read(document)


def test_an_approver_of_no_declared_role_is_refused():
    with pytest.raises(UnreadableRecord, match="roles says nothing of cousin"):
        changed(approvals=[*tier_document()["approvals"], {"role": "cousin", "persons": 1}])


@pytest.mark.parametrize(
    ("high", "word"),
    [
        ({"rules": tier_document()["rules"][1:]}, "not the rule holdout_size"),
        ({"approvals": [{"role": "risk_officer", "persons": 3}]}, "fewer approvals by model_owner"),
        ({"review_period_days": 181}, "a longer review period"),
        ({"approvals_valid_days": 31}, "valid for longer"),
        ({"staging": shown_by_staging(1, 0.9)}, "fewer hours"),
        ({"staging": shown_by_staging(1, 1, gap=24.5)}, "longer gaps"),
        ({"staging": shown_by_staging(1, 1, last=48.5)}, "an older last verification"),
        ({"limits": tier_document()["limits"][1:]}, "no limit on non_inferiority.margin"),
        (
            {"limits": [*limits(0.031), tier_document()["limits"][1]]},
            "a weaker limit on non_inferiority.margin",
        ),
    ],
)
def test_a_stricter_tier_that_asks_for_less_is_refused(high, word):
    with pytest.raises(UnreadableRecord, match="high asks for less than moderate") as caught:
        changed(**high)
    assert word in str(caught.value)


def test_fewer_verifications_are_less():
    two = {"staging": shown_by_staging(2, 1)}
    with pytest.raises(UnreadableRecord, match="moderate asks for less than low: fewer verif"):
        read(tiers_document(low=two))


def test_a_stricter_tier_may_ask_for_more():
    found = changed(
        approvals=[*tier_document()["approvals"], {"role": "risk_officer", "persons": 2}],
        review_period_days=179,
        limits=[*limits(0.02), tier_document()["limits"][1]],
    )
    assert found.tiers["high"].persons == 3


def test_the_same_limits_are_no_less():
    assert changed(limits=[*limits(0.03), tier_document()["limits"][1]])


@pytest.mark.parametrize(
    ("lower", "upper", "refused"),
    [
        ({"at_least": 5}, {"at_least": 4}, True),
        ({"at_least": 5}, {"at_least": 5}, False),
        ({"at_most": 5}, {"at_most": 6}, True),
        ({"at_most": 5}, {"at_most": 5}, False),
        ({"one_of": ("a",)}, {"one_of": ("a", "b")}, True),
        ({"one_of": ("a", "b")}, {"one_of": ("b",)}, False),
        ({"one_of": ("a", "b")}, {"one_of": ("b", "a")}, False),
    ],
)
def test_which_of_two_limits_is_weaker(lower, upper, refused):
    fields = {"rule": "x", "setting": "y", "reason": WHY}
    below, above = (SettingLimit.model_validate(fields | kind) for kind in (lower, upper))
    assert above.weaker_than(below) is refused


@pytest.mark.parametrize(
    "kinds", [{}, {"at_least": 1, "at_most": 2}, {"at_most": 1, "one_of": ["a"]}]
)
def test_a_limit_is_exactly_one_of_three(kinds):
    with pytest.raises(UnreadableRecord, match="exactly one of at_least, at_most and one_of"):
        changed(limits=[MARGIN | kinds])


@pytest.mark.parametrize(
    "high",
    [
        {"rules": ["floors", "floors"]},
        {"limits": limits(0.03, 0.02)},
        {"approvals": [{"role": "model_owner", "persons": 1}] * 2},
    ],
)
def test_nothing_stands_twice_in_a_tier(high):
    with pytest.raises(UnreadableRecord, match="stands twice"):
        changed(**high)


@pytest.mark.parametrize(
    ("kind", "value", "holds"),
    [
        ({"at_least": 0.5}, 0.5, True),
        ({"at_least": 0.5}, 0.49, False),
        ({"at_most": 0.5}, 0.5, True),
        ({"at_most": 0.5}, 0.51, False),
        ({"at_least": 0.5}, float("nan"), False),
        ({"at_most": 0.5}, float("nan"), False),
        ({"at_most": 0.5}, "0.4", False),
        ({"at_most": 0.5}, False, False),
        ({"one_of": ("rebuilt",)}, "rebuilt", True),
        ({"one_of": ("rebuilt",)}, "attested", False),
        ({"one_of": ("false",)}, False, True),
        ({"one_of": ("false",)}, True, False),
    ],
)
def test_a_value_keeps_a_limit_or_not(kind, value, holds):
    limit = SettingLimit.model_validate({"rule": "x", "setting": "y", "reason": WHY} | kind)
    assert limit.holds(value) is holds


def test_a_limit_says_itself_in_words():
    texts = [
        SettingLimit.model_validate(MARGIN | kind).text
        for kind in ({"at_least": 2}, {"at_most": 0.03}, {"one_of": ("a", "b")})
    ]
    assert texts == ["at least 2", "at most 0.03", "one of a or b"]


def broken(**break_glass):
    document = tiers_document()
    document["break_glass"] |= break_glass
    return read(document)


@pytest.mark.parametrize("hours", [0.1, 168])
def test_the_glass_may_be_broken_for_a_week_at_most(hours):
    assert broken(max_hours=hours).break_glass.max_hours == hours


@pytest.mark.parametrize("hours", [0, -1, 168.5])
def test_breaking_the_glass_for_longer_or_for_no_time_is_refused(hours):
    with pytest.raises(UnreadableRecord, match="max_hours"):
        broken(max_hours=hours)


@pytest.mark.parametrize("approvals", [[], [{"role": "risk_officer", "persons": 1}]])
def test_nobody_breaks_the_glass_alone(approvals):
    with pytest.raises(UnreadableRecord, match="two persons at least"):
        broken(approvals=approvals)


def test_two_persons_of_one_role_may_break_the_glass():
    assert broken(approvals=[{"role": "risk_officer", "persons": 2}])


def test_a_role_that_stands_twice_among_those_who_break_the_glass_is_refused():
    with pytest.raises(UnreadableRecord, match="a role stands twice"):
        broken(approvals=[{"role": "risk_officer", "persons": 1}] * 2)


def test_a_role_that_breaks_the_glass_or_takes_rejections_back_must_be_declared():
    with pytest.raises(UnreadableRecord, match="roles says nothing of cousin"):
        broken(approvals=[{"role": "cousin", "persons": 2}])
    with pytest.raises(UnreadableRecord, match="roles says nothing of uncle"):
        read(tiers_document() | {"rejections_withdrawn_by": ["uncle"]})
