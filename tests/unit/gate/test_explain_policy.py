from pathlib import Path

import pytest

from artifacts.errors import UnreadableRecord
from gate.explain_policy import ExplainPolicy
from judging.policy_files import YamlPolicies

ROOT = Path(__file__).parents[3]


def test_a_policy_is_explained_as_the_page_that_docs_hold():
    page = ExplainPolicy(YamlPolicies(ROOT / "policies"))("architecture")
    assert page == (ROOT / "docs/policies/architecture.md").read_text(encoding="utf-8")


def test_a_model_without_a_policy_has_none_to_explain():
    with pytest.raises(UnreadableRecord, match="fraud"):
        ExplainPolicy(YamlPolicies(ROOT / "policies"))("fraud")
