"""Where this process runs: the only place that reads environment variables."""

import getpass
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rehearsal.box.errors import SettingsMissing

ALLOWED: Final = ("PATH", "LANG", "TZ", "HOME", "TMPDIR")
"""What of the caller's environment git, the runner and its steps get to see."""
OF_ANOTHER: Final = ("PLINTH_", "PYTHON", "GIT_", "MAKE", "MFLAGS", "COV_")
"""Variables of another Plinth, of make, of git's hooks and of tests: no rehearsal gets them."""


class Settings(BaseSettings):
    """Where the box is, and what git tells its hooks."""

    model_config = SettingsConfigDict(env_prefix="PLINTH_", frozen=True, extra="ignore")

    box: Path
    run: str | None = None
    """The number of the run that this process is a step of."""
    objects: Annotated[Path | None, Field(validation_alias="GIT_OBJECT_DIRECTORY")] = None
    """Where git keeps what is being pushed until the hook lets it in."""
    alternates: Annotated[
        str | None, Field(validation_alias="GIT_ALTERNATE_OBJECT_DIRECTORIES")
    ] = None


def read_settings() -> Settings:
    """Read the settings; SettingsMissing names every variable that is missing."""
    try:
        return Settings()
    except ValidationError as exc:
        names = (f"PLINTH_{str(error['loc'][0]).upper()}" for error in exc.errors())
        raise SettingsMissing(tuple(names)) from exc


def allowed_environment() -> dict[str, str]:
    """Return what of this process's environment its children see."""
    found = {name: os.environ[name] for name in ALLOWED if name in os.environ}  # noqa: TID251
    return {"LANG": "C.UTF-8", **found}


def push_options() -> Mapping[str, str]:
    """Return the options of the push that a hook is asked about: `-o as=ada -o no-wait`."""
    count = os.environ.get("GIT_PUSH_OPTION_COUNT", "0")  # noqa: TID251
    options = (
        os.environ.get(f"GIT_PUSH_OPTION_{number}", "")  # noqa: TID251
        for number in range(int(count) if count.isdigit() else 0)
    )
    return {name: value for name, _, value in (option.partition("=") for option in options)}


def user_name() -> str:
    """Return the name of the system's user, in the characters that the box takes for a name."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        name = ""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).strip("._-")[:64] or "somebody"


def checkout() -> Path | None:
    """Return the checkout that bin/plinth names in PLINTH_ROOT, or None where it names none."""
    root = os.environ.get("PLINTH_ROOT", "")  # noqa: TID251
    return Path(root).resolve() if root else None


def inherited() -> Mapping[str, str]:
    """Return what of this process's environment the commands of a rehearsal get."""
    own = os.environ.items()  # noqa: TID251
    return {name: value for name, value in own if not name.startswith(OF_ANOTHER)}
