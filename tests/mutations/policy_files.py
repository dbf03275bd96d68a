"""Whether a policy can be read at all."""

from pathlib import Path, PurePosixPath
from typing import Final

REFUSED: Final = "refused when read"


def refused(root: Path, path: PurePosixPath) -> bool:
    """Whether the gate's own reader refuses a policy file of a checkout."""
    # What is mutated is imported by runs alone, when the copy is in its place.
    from artifacts.errors import PolicyRefused, UnreadableRecord  # noqa: PLC0415
    from judging.policy_files import YamlPolicies  # noqa: PLC0415

    policies = YamlPolicies(root / "policies")
    try:
        if path.parent.name == "models":
            policies.read(path.stem)
        else:
            policies.tiers()
    except (PolicyRefused, UnreadableRecord):
        return True
    return False
