from pathlib import Path

import pytest
from support.delivery_fakes import FIRST_RELEASE, release, released

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.release import Release
from delivery.adapters.yaml_files import YamlPolicies, YamlReleases, release_text

HEX = digest_json("x")
GOOD = """
kind: model_policy
model: architecture
holdout: {min_photos: 100, min_groups: 60}
floors:
  - {id: x, metric: style.accuracy, at_least: 0.25,
     reason: long enough to be one, decided_on: 2026-11-22}
non_inferiority:
  {metric: style.accuracy, margin: 0.02, confidence: 0.95, resamples: 2000, seed: 1,
   reason: long enough to be one, decided_on: 2026-11-22}
"""


def read(tmp_path, text, model="architecture"):
    path = tmp_path / "models" / f"{model}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return YamlPolicies(tmp_path).read(model)


def test_a_policy_is_read(tmp_path):
    assert read(tmp_path, GOOD).floors[0].at_least == 0.25


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "\nmodel: fraud\n",
        GOOD.replace("at_least: 0.25", "at_least: 0.25, at_least: 0.01"),
        GOOD.replace("at_least: 0.25", "at_least: .nan"),
        GOOD.replace("at_least: 0.25", "at_least: -.inf"),
        GOOD.replace("at_least: 0.25", "at_least: .inf"),
        GOOD.replace("at_least: 0.25", "at_least: yes please"),
        GOOD.replace("style.accuracy, at_least", "style.beauty, at_least"),
        GOOD.replace("margin: 0.02", "margin: .inf"),
        GOOD + "\noverride: true\n",
        GOOD.replace("model: architecture", "model: fraud"),
        "",
        "- a list",
        "!!python/object/apply:os.system ['true']",
        ": : :",
    ],
)
def test_a_policy_that_is_not_wholly_understood_is_unreadable(tmp_path, text):
    with pytest.raises(UnreadableRecord):
        read(tmp_path, text)


def test_a_policy_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableRecord, match=r"architecture\.yaml"):
        YamlPolicies(tmp_path).read("architecture")


def write(tmp_path, text, environment="staging"):
    (tmp_path / f"{environment}.yaml").write_text(text, encoding="utf-8")
    return YamlReleases(tmp_path)


def test_a_release_is_written_in_one_form_and_read_back(tmp_path):
    files = YamlReleases(tmp_path)
    given = Release(
        environment="staging",
        models={"zoo": (FIRST_RELEASE,), "architecture": (released(digest_json("x")),)},
    )
    first = files.write(given).read_bytes()
    assert files.read("staging") == given
    assert files.write(files.read("staging")).read_bytes() == first
    assert first.index(b"architecture") < first.index(b"zoo")
    assert [path.name for path in tmp_path.iterdir()] == ["staging.yaml"]


def test_the_order_of_models_does_not_change_the_bytes():
    models = {"a": (FIRST_RELEASE,), "b": (FIRST_RELEASE,)}
    turned = dict(reversed(models.items()))
    texts = {
        release_text(Release(environment="staging", models=given)) for given in (models, turned)
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    "text",
    [
        "environment: production\nmodels: {}\n",
        "environment: staging\nmodels: {}\nmodels: {}\n",
        "environment: staging\n",
        "environment: staging\nmodels: {architecture: [{kind: first_release}]}\n",
        "environment: staging\nmodels: {architecture: [{kind: champion}]}\n",
        (
            "environment: staging\nmodels: {architecture: ["
            "{kind: first_release, reason: long enough, stated_on: 2026-11-22}, "
            f"{{kind: model, digest: {HEX}, version: 1, gate_report: {HEX}}}]}}\n"
        ),
        "environment: staging\nmodels: {architecture: [{kind: model, digest: latest}]}\n",
    ],
)
def test_a_release_that_is_not_wholly_understood_is_unreadable(tmp_path, text):
    with pytest.raises(UnreadableRecord):
        write(tmp_path, text).read("staging")


def test_a_release_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableRecord):
        YamlReleases(tmp_path).read("production")


def test_a_release_carries_its_own_name_into_its_file(tmp_path):
    other = release(FIRST_RELEASE).model_copy(update={"environment": "production"})
    assert YamlReleases(tmp_path).write(other) == Path(tmp_path) / "production.yaml"
