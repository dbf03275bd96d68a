"""Where things lie, by convention: bin/plinth tells a command two folders, and the rest follows.

PLINTH_STATE is the folder of state, PLINTH_ROOT the checkout. A variable of its own (PLINTH_ and
the name below in capitals) says otherwise for one thing.
"""

from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, model_validator

PREFIX: Final = "PLINTH_"
IN_STATE: Final = MappingProxyType(
    {
        "model_store": "models",
        "signing_key": "keys/model-signing.pem",
        "public_key": "keys/model-signing.pub.pem",
        "gate_key": "keys/gate",
        "gate_signers": "keys/gate.signers",
        "reproduction_key": "keys/reproduction",
        "reproduction_signers": "keys/reproduction.signers",
        "deploy_key": "keys/delivery",
        "deploy_signers": "keys/delivery.signers",
        "evidence": "evidence",
        "vector_cache": "vectors",
        "tracking_artifacts": "mlruns",
        "photos": "photos",
        "training": "training",
        "handover": "handover",
        "audit": "audit",
        "audit_head": "audit-head",
        "terraform": "terraform",
        "host": "host",
        "images": "images",
    }
)
"""By setting: the path below the folder of state."""
IN_CHECKOUT: Final = MappingProxyType(
    {
        "policies": "policies",
        "releases": "releases",
        "environment_lock": "requirements/training.txt",
    }
)
"""By setting: the path below the checkout."""


class Placed(BaseModel):
    """Settings whose places follow from `state` and `root` where nobody tells them."""

    @model_validator(mode="before")
    @classmethod
    def _follow(cls, told: dict[str, Any]) -> dict[str, Any]:
        return with_places(told, cls.model_fields)


def with_places(told: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """Return what is told, and the places of those of `names` that nobody tells."""
    places: dict[str, Any] = {}
    if state := told.get("state"):
        places |= {name: f"{state}/{place}" for name, place in IN_STATE.items()}
        places["tracking_uri"] = f"sqlite:///{state}/mlflow/mlflow.db"
    if root := told.get("root"):
        places |= {name: f"{root}/{place}" for name, place in IN_CHECKOUT.items()}
    return {name: place for name, place in places.items() if name in names} | dict(told)


def placed_variables(variables: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return those of some variables that are told or follow: for rooms that get no folder."""
    told = {name: value for name, value in variables.items() if value}
    own = {_setting(name): value for name, value in told.items() if name.startswith(PREFIX)}
    asked = {_setting(name) for name in names if name.startswith(PREFIX)}
    places = {f"{PREFIX}{name.upper()}": str(v) for name, v in with_places(own, asked).items()}
    return {name: value for name, value in (told | places).items() if name in names}


def _setting(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower()
