"""explain-policy: a model's policy as a page that people read and sign."""

from dataclasses import dataclass

from gate.policy_page import policy_page
from judging.policy_files import YamlPolicies


@dataclass(frozen=True)
class ExplainPolicy:
    """Explaining with all that it reads through."""

    policies: YamlPolicies

    def __call__(self, model: str) -> str:
        """Return the page in Markdown.

        UnreadableRecord where a file is missing, PolicyRefused where one can't be followed.
        """
        return policy_page(self.policies.read(model), self.policies.tiers())
