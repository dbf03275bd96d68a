"""A host's folder and processes from before the targets were part of delivery are taken over."""

from pathlib import Path

from support.host_fakes import payload_of

from artifacts.digests import digest_bytes, hex_part
from delivery.settings import TargetSettings
from delivery.targets.local import holder
from delivery.targets.local.environment_files import FolderEnvironments
from delivery.targets.local.local_target import read_state
from delivery.targets.local.marked_processes import markers, service_markers, watcher_marker

PROGRAM_OF_BEFORE = "b27a77d0e1b6731c"


def test_the_holders_program_is_the_one_that_hosts_of_before_run() -> None:
    """Another program would be another supervisor: the manager of before would be started anew."""
    program = Path(holder.__file__).read_bytes()

    assert hex_part(digest_bytes(program))[:16] == PROGRAM_OF_BEFORE


def test_processes_carry_the_marks_that_hosts_of_before_gave_them() -> None:
    marked = markers(Path("/host"), "staging", "manager", 8001, "m1", "v1")

    assert marked == {
        "PLINTH_HOST_MARK": "/host:staging",
        "PLINTH_HOST_ROLE": "manager",
        "PLINTH_HOST_PORT": "8001",
        "PLINTH_HOST_MANAGER": "m1",
        "PLINTH_HOST_SUPERVISOR": "v1",
    }
    assert service_markers("p", "bubblewrap") == {
        "PLINTH_PAYLOAD": "p",
        "PLINTH_HOST_WALL": "bubblewrap",
    }
    assert watcher_marker("w") == {"PLINTH_HOST_WATCHER": "w"}


def test_what_a_host_of_before_wrote_down_is_what_was_applied(tmp_path: Path) -> None:
    running = digest_bytes(b"a payload")
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging/state.json").write_text(
        f'{{\n  "previous": null,\n  "running": "{running}"\n}}\n'
    )
    settings = TargetSettings(host=tmp_path)

    state = read_state(settings, "staging")

    assert state is not None
    assert state.running == running
    assert read_state(settings, "production") is None


def test_a_service_of_before_that_can_not_wait_keeps_its_entry_and_is_not_started_anew(
    tmp_path: Path,
) -> None:
    """Its command, its reads and its writes name it at the manager: they are as they were."""
    service = FolderEnvironments(tmp_path, {}).service("staging", payload_of("a"))

    assert service.door == ""
    assert service.command[-4:] == ("--model", service.reads[-1], "--fd", "0")
    assert service.writes == (str(tmp_path / "staging/predictions"),)
