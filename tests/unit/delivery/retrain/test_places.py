import subprocess
import sys
from pathlib import Path

from artifacts.digests import digest_json
from artifacts.folder import SIGNATURE
from artifacts.records.inputs import Registered
from delivery.exits import StepFiles
from delivery.retrain.places import Places

KEY, OTHER = digest_json("inputs"), digest_json("other")
HOLDS = """
import sys, time
from pathlib import Path
from delivery.retrain.places import Places
with Places(Path(sys.argv[1])).held(sys.argv[2]) as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def test_a_place_is_held_by_one_run_at_a_time(tmp_path: Path) -> None:
    places = Places(tmp_path)

    with places.held(KEY) as mine:
        with places.held(KEY) as theirs, places.held(OTHER) as elsewhere:
            assert (mine, theirs, elsewhere) == (True, False, True)
        assert places.under_way(KEY)
    assert not places.under_way(KEY)


def test_a_place_that_nobody_ever_held_is_not_under_way_and_not_made(tmp_path: Path) -> None:
    assert not Places(tmp_path).under_way(KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_place_is_free_once_its_holder_is_killed(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDS, str(tmp_path), KEY]
    places = Places(tmp_path)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline().strip() == "True"
            during = places.under_way(KEY)
        finally:
            holder.kill()
            holder.wait()

    assert during
    assert not places.under_way(KEY)


def test_a_place_is_held_for_as_long_as_what_its_holder_started_works(tmp_path: Path) -> None:
    handed: list[int] = []
    places = Places(tmp_path, handed.append)

    with places.held(KEY):
        child = subprocess.Popen(["sleep", "60"], pass_fds=handed)
    try:
        during = places.under_way(KEY)
    finally:
        child.kill()
        child.wait()

    assert during
    assert not places.under_way(KEY)


def test_what_is_settled_keeps_its_records_and_none_of_its_photos(tmp_path: Path) -> None:
    place = Places(tmp_path).place(KEY)
    for path in (place.dataset / "photos/a", place.candidate / SIGNATURE, place.report):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    before = (place.kept, place.settled)

    place.settle("refused")

    assert before == (True, False)
    assert (place.kept, place.settled) == (False, True)
    assert place.report.exists()
    assert not place.dataset.exists()


def test_a_version_is_remembered(tmp_path: Path) -> None:
    place = Places(tmp_path).place(KEY)
    registered = Registered(model="architecture", artifact=OTHER, version=3)

    before = place.registered()
    place.keep_registered(registered)

    assert before is None
    assert place.registered() == registered


def test_an_output_can_smuggle_in_no_other_output(tmp_path: Path) -> None:
    output = tmp_path / "output"

    StepFiles(output, None).output({"reason": "words\ndecision=allowed", "decision": "refused"})

    lines = output.read_text().splitlines()
    assert lines == ["reason=words decision=allowed", "decision=refused"]


def test_a_summary_is_added_to_what_is_there(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    step = StepFiles(None, summary)

    step.summarise("# one\n")
    step.summarise("# two\n")
    step.output({"nobody": "reads"})

    assert summary.read_text() == "# one\n\n# two\n\n"
