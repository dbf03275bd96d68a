"""The page that a risk officer signs shows all of a policy, and nothing of it by accident."""

from collections.abc import Iterator
from datetime import date

import pytest
from support.policy_documents import policy, policy_document, ruled, settings, tiers

from artifacts.text import prose
from gate.policy_page import policy_page
from judging.policy import Policy
from judging.setting import Setting
from judging.table import RULES

PAGE = policy_page(policy(), tiers())


def leaves(value: object) -> Iterator[object]:
    """Every value of a document that is no list or mapping."""
    if isinstance(value, dict):
        for entry in value.values():
            yield from leaves(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from leaves(entry)
    else:
        yield value


def shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else prose(value)


def test_every_text_of_the_policy_stands_on_the_page():
    texts = [one for one in leaves(policy_document()) if isinstance(one, str)]
    missing = {one for one in texts if prose(one) not in PAGE} - {"model_policy"}
    assert missing == set()


def test_every_text_of_the_tier_stands_on_the_page():
    tier = tiers().tiers["moderate"]
    texts = [*tier.belongs_here, *tier.monitoring, *(r.question for r in tier.regulations)]
    texts += [limit.reason for limit in tier.limits]
    assert [one for one in texts if prose(one) not in PAGE] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_stands_on_the_page_with_meaning_and_source(rule):
    assert f"### {rule.id} (" in PAGE
    assert prose(rule.meaning) in PAGE
    assert prose(rule.source) in PAGE


def settings_of(found: Policy) -> list[Setting]:
    beside = ("measurement", "required_slices", "optional_slices")
    return [entry for name in (*settings(), *beside) for entry in found.settings(name)]


@pytest.mark.parametrize("setting", settings_of(policy()), ids=lambda entry: type(entry).__name__)
def test_every_value_of_a_setting_is_put_into_words(setting):
    text = setting.words
    told = {"reason", "decided_on", "at_least", "at_most", "accept_tolerance", "confidence"}
    for name, value in setting:
        if name not in told:
            for one in leaves(value):
                assert shown(one) in text, name
    limits = [v for n, v in setting if n in {"at_least", "at_most"} and v is not None]
    assert all(f"{limit:g}" in text for limit in limits)


@pytest.mark.parametrize("ask", ["attested", "rebuilt"])
def test_what_a_rebuild_must_show_is_told(ask):
    given = settings()["reproducibility"] | {"ask": ask}
    strict, lenient = (
        ruled(reproducibility=given | {"accept_tolerance": yes}).rules.reproducibility.words
        for yes in (False, True)
    )
    assert ask in strict
    assert "doesn't count as equal" in strict
    assert "counts as equal" in lenient


def test_confidences_are_told():
    given = settings()["non_inferiority"] | {"confidence": 0.975}
    assert "97.500% sure" in ruled(non_inferiority=given).rules.non_inferiority.words
    assert "95% sure" in policy().rules.non_inferiority.words


def test_a_setting_that_nobody_put_into_words_cannot_be_made():
    with pytest.raises(TypeError, match="words"):
        Setting(reason="a reason that is long enough", decided_on=date(2026, 11, 22))


def test_a_rule_is_required_on_or_off():
    page = policy_page(ruled(leakage=None), tiers())
    assert "### leakage (OFF in this policy)" in page
    assert "### floors (required by tier moderate)" in page
    assert "### error_limits (on)" in page
    assert "### parity (always on)" in page


def test_there_is_a_line_to_sign_for_every_person():
    two = [{"role": "model_owner", "persons": 1}, {"role": "risk_officer", "persons": 2}]
    page = policy_page(policy(), tiers(approvals=two))
    signatures = page[page.index("## Signatures") :]
    assert signatures.count("| risk_officer |  |  |  |") == 2
    assert signatures.count("| model_owner |  |  |  |") == 1
    assert "3 approvals in all" in page


def test_the_page_is_of_one_policy_and_one_set_of_tiers():
    assert policy_page(policy(), tiers()) == PAGE
    assert policy().digest in PAGE
    assert tiers().digest in PAGE
    assert policy_page(policy(model="fraud"), tiers()) != PAGE


def test_text_can_not_become_markup():
    page = policy_page(policy(known_limits=["<b>| not *covered* [here](x)"]), tiers())
    assert "- &lt;b\\>\\| not \\*covered\\* \\[here\\](x)" in page


def test_nothing_is_cut():
    long = "word " * 100 + "end."
    assert long in policy_page(policy(known_limits=[long]), tiers())
