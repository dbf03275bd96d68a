"""What every answer says of itself, whichever model gave it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from artifacts.digests import Digest


class Closed(BaseModel):
    """A frozen value of the HTTP interface; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModelName(Closed):
    """The model that answered."""

    name: Annotated[str, Field(examples=["architecture"])]
    digest: Annotated[Digest, Field(description="Digest of the model artifact's manifest")]


class Prediction(Closed):
    """The fields that answers of all models share: what is needed to trace one."""

    prediction_id: Annotated[str, Field(description="UUID; also in the service's log")]
    model: ModelName
    feature_schema: Annotated[Digest, Field(description="How the photo became a vector")]
    vector_digest: Annotated[Digest, Field(description="Digest of this photo's vector")]
