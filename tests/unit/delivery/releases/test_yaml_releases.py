from datetime import date
from pathlib import Path

import pytest
from support.policy_documents import FIRST_RELEASE
from support.staging_asked import WHY

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.release import FirstRelease, Release, ReleasedModel
from delivery.releases.wanted import release_text
from delivery.releases.yaml_releases import YamlReleases

HEX = digest_json("x")


def released(digest):
    return ReleasedModel(digest=digest, version=1, gate_report=digest_json("report"))


def release(*entries):
    return Release(environment="staging", models={"architecture": entries})


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


def test_the_reason_of_a_first_release_is_kept(tmp_path):
    files = YamlReleases(tmp_path)
    files.write(release(FirstRelease(reason=WHY, stated_on=date(2026, 11, 22))))
    assert files.read("staging").champion("architecture").reason == WHY


def test_a_release_carries_its_own_name_into_its_file(tmp_path):
    other = release(FIRST_RELEASE).model_copy(update={"environment": "production"})
    assert YamlReleases(tmp_path).write(other) == Path(tmp_path) / "production.yaml"
