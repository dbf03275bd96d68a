"""explain-policy: a model's policy as a page that people read and sign."""

from pathlib import Path

from artifacts.write_whole import write_whole
from gate.policy_page import policy_page
from judging.policy_files import YamlPolicies


def policy_explained(policies: Path, model: str) -> str:
    """Return the page in Markdown of a model's policy in the folder `policies`.

    UnreadableRecord where a file is missing, PolicyRefused where one can't be followed.
    """
    files = YamlPolicies(policies)
    return policy_page(files.read(model), files.tiers())


def write_policy_pages(policies: Path, pages: Path) -> list[Path]:
    """Write `<model>.md` for every policy in a folder, and return the paths."""
    models = sorted(path.stem for path in (policies / "models").glob("*.yaml"))
    return [write_whole(pages / f"{one}.md", policy_explained(policies, one)) for one in models]
