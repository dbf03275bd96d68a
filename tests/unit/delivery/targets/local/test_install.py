import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from support.host_world import StubEnvironments, StubModels, StubSource, tiny_payload

from artifacts.code import code_digest
from artifacts.digests import digest_bytes, hex_part
from artifacts.errors import SignatureRefused
from artifacts.records.release import Payload, ReleasedCode
from delivery.targets.local.depot import FolderDepot
from delivery.targets.local.install import Installed, install_payload
from delivery.targets.local.local_errors import EnvironmentFailed
from delivery.targets.local.payloads import Refused

PAYLOAD = tiny_payload(
    ReleasedCode(digest=code_digest(StubSource.FILES), commit="0" * 40), digest_bytes(b"model")
)


class CountingEnvironments(StubEnvironments):
    """Counts what it builds, and may fail the first time, half-way."""

    def __init__(self, *, fails_once: bool = False) -> None:
        self.built = 0
        self._fails = fails_once

    def build(self, folder: Path, lock: Path, sources: Sequence[Path]) -> None:
        self.built += 1
        super().build(folder, lock, sources)
        if self._fails:
            self._fails = False
            raise EnvironmentFailed("the disk is full")


class RefusedModels(StubModels):
    """Models whose signature doesn't hold."""

    def verify(self, folder: Path, digest: str) -> None:
        raise SignatureRefused(folder, f"{digest} was signed by nobody")


class OtherKey(StubModels):
    """Models that another key is trusted for by now."""

    def __init__(self) -> None:
        super().__init__()
        self.verified = 0

    def verify(self, folder: Path, digest: str) -> None:
        del folder, digest
        self.verified += 1

    def public_key(self) -> bytes:
        return b"another key"


class OtherSource(StubSource):
    """A repository whose commit holds other code."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        del commit, paths
        return {**self.FILES, "libs/more.py": b"import os"}


@pytest.fixture
def depot(tmp_path: Path) -> FolderDepot:
    return FolderDepot(tmp_path)


def install(depot: FolderDepot, *, whole: bool = False, **parts: object) -> Installed | Refused:
    used = {"source": StubSource(), "models": StubModels(), "environments": StubEnvironments()}
    used.update(parts)
    return install_payload(PAYLOAD, depot, every_byte=whole, **used)  # type: ignore[arg-type]


def drafts(depot: FolderDepot) -> list[Path]:
    root = depot.folder("code", PAYLOAD.code.digest).parents[1]
    return list(root.glob("*/.*"))


def test_a_payload_is_installed_in_parts_that_others_can_share(depot: FolderDepot) -> None:
    outcome = install(depot)

    folder = depot.folder("payloads", PAYLOAD.digest)
    assert outcome == Installed(PAYLOAD.digest, ("code", "models", "payloads"), ())
    assert Payload.read(folder / "payload.json") == PAYLOAD
    assert (folder / "code" / "env" / "bin" / "python").is_file()
    assert (folder / "model" / "sound").is_file()
    assert drafts(depot) == []


def test_what_is_installed_is_not_built_again(depot: FolderDepot) -> None:
    install(depot)
    environments = CountingEnvironments()

    assert install(depot, environments=environments) == Installed(PAYLOAD.digest, (), ())
    assert environments.built == 0


def test_half_of_an_environment_is_thrown_away_and_built_again(depot: FolderDepot) -> None:
    environments = CountingEnvironments(fails_once=True)
    with pytest.raises(EnvironmentFailed, match="disk is full"):
        install(depot, environments=environments)
    assert (depot.digests("code"), drafts(depot)) == ((), [])

    assert isinstance(install(depot, environments=environments), Installed)
    assert environments.built == 2


def test_what_a_killed_install_left_is_no_installation(depot: FolderDepot) -> None:
    draft = depot.draft("code", PAYLOAD.code.digest)
    (draft / "src").mkdir()

    outcome = install(depot)

    assert isinstance(outcome, Installed)
    assert "code" in outcome.built
    assert not draft.exists()


def test_code_that_is_not_what_the_payload_names_is_refused(depot: FolderDepot) -> None:
    outcome = install(depot, source=OtherSource())

    assert isinstance(outcome, Refused)
    assert PAYLOAD.code.digest in outcome.reason
    assert depot.digests("code") == ()


def test_a_model_whose_signature_does_not_hold_is_refused(depot: FolderDepot) -> None:
    outcome = install(depot, models=RefusedModels())

    assert isinstance(outcome, Refused)
    assert "signed by nobody" in outcome.reason
    assert (depot.digests("models"), depot.digests("payloads"), drafts(depot)) == ((), (), [])


def test_a_model_is_verified_anew_when_another_key_is_trusted(depot: FolderDepot) -> None:
    install(depot)
    models = OtherKey()

    outcome = install(depot, models=models)

    assert outcome == Installed(PAYLOAD.digest, ("payloads",), ())
    assert models.verified == 1
    key = depot.folder("payloads", PAYLOAD.digest) / "public-key.pem"
    assert key.read_bytes() == b"another key"


def test_a_key_that_does_not_verify_an_installed_model_replaces_nothing(
    depot: FolderDepot,
) -> None:
    install(depot)

    class OtherKeyRefuses(RefusedModels):
        def public_key(self) -> bytes:
            return b"another key"

    assert isinstance(install(depot, models=OtherKeyRefuses()), Refused)
    key = depot.folder("payloads", PAYLOAD.digest) / "public-key.pem"
    assert key.read_bytes() == b"no key"


def test_every_byte_is_looked_at_when_asked_for_and_what_differs_is_built_anew(
    depot: FolderDepot,
) -> None:
    install(depot)
    lock = depot.folder("code", PAYLOAD.code.digest) / "src" / "requirements" / "inference.txt"
    before = lock.stat()
    lock.chmod(0o644)
    lock.write_bytes(b"nothing==2")
    os.utime(lock, ns=(before.st_mtime_ns, before.st_mtime_ns))

    cheap, whole = install(depot), install(depot, whole=True)

    assert cheap == Installed(PAYLOAD.digest, (), ())
    assert isinstance(whole, Installed)
    assert whole.built == ("code",)
    assert "src/requirements/inference.txt has sha256:" in whole.damaged[0]


def test_code_with_a_new_stamp_is_still_compared_with_its_digest(depot: FolderDepot) -> None:
    install(depot)
    digest = PAYLOAD.code.digest
    folder = depot.folder("code", digest)
    lock = folder / "src" / "requirements" / "inference.txt"
    lock.chmod(0o644)
    lock.write_bytes(b"nothing==2")
    (folder / "stamp").chmod(0o644)
    depot.keep("code", digest, folder.rename(folder.with_name(".stamped")))

    whole = install(depot, whole=True)

    assert isinstance(whole, Installed)
    assert whole.damaged == ("code: its files don't give its digest",)
    assert hex_part(digest) == folder.name
