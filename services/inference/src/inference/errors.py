"""What can go wrong in this service.

InferenceError
|-- CannotStart           the process can't begin: exit code 2
|   |-- SettingsInvalid       an environment variable is missing or wrong
|   |-- ModelUnreadable       the model, or the key that verifies it, isn't there or can't be read
|   |-- AddressUnavailable    the host and port can't be listened on
|   `-- NoPhotoFound          there is nothing to predict
|-- ModelRefused          a model that must not serve: exit code 1
|   |-- ArtifactRefused       its signature or a file's digest doesn't hold
|   |-- ModelUnknown          this service has no plug-in of its name
|   |-- ModelUnfit            its heads or its features aren't those that this code can run
|   `-- ProofFailed           it doesn't answer its golden photos as it was certified to
|-- OutputUnwritable      the table of a batch can't be written: exit code 2
|-- ModelFailed           a proven model broke on a photo            model_failed
`-- RequestRefused        a request that gets no answer
    |-- KeyMissing            key_missing
    |-- KeyRefused            key_refused
    |-- RouteUnknown          not_found
    |-- MethodNotAllowed      method_not_allowed
    |-- ContentTypeUnsupported  content_type_unsupported
    |-- BodyEmpty             body_empty
    |-- BodyMalformed         body_malformed
    |-- BodyTooLarge          body_too_large
    |-- BodyTooSlow           body_too_slow
    |-- FieldsInvalid         fields_invalid
    |-- FileUnreadable        file_unreadable (batch only)
    |-- TooBusy               too_busy
    |-- ClientGone            client_gone
    `-- NotReady              not_ready
"""

from typing import ClassVar


class InferenceError(Exception):
    """Base of every error of this package."""


class CannotStart(InferenceError):
    """The process can't begin what it was asked for; the text says what to do."""


class SettingsInvalid(CannotStart):
    """Environment variables are missing or wrong; `problems` names every one at once."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("The settings can't be used: " + "; ".join(problems) + ".")


class ModelUnreadable(CannotStart):
    """The model's folder, or the key that verifies it, is missing or can't be read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The model can't be read: {reason}. Point --model at the folder of a model artifact "
            "and PLINTH_PUBLIC_KEY at the public key that verifies it."
        )


class AddressUnavailable(CannotStart):
    """The host and port can't be listened on."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(
            f"{address} can't be listened on: {reason}. End the process that holds it, or choose "
            "another with --host and --port."
        )


class NoPhotoFound(CannotStart):
    """None of the paths leads to a photo."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"There is nothing to predict: {reason}.")


class ModelRefused(InferenceError):
    """A model that must not serve."""


class ArtifactRefused(ModelRefused):
    """The signature or a digest of the artifact doesn't hold."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The model is refused: {reason}. Its bytes aren't those that were signed and listed, "
            "or another key signed them: fetch the artifact again, and don't serve this one."
        )


class ModelUnknown(ModelRefused):
    """No plug-in knows the name that the manifest gives."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known
        super().__init__(
            f"The model is refused: its manifest names the model {name}, and this service knows "
            f"{', '.join(known)}. Serve it with a version of the service that has its plug-in."
        )


class ModelUnfit(ModelRefused):
    """The heads or the feature schema don't fit this code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The model is refused: {reason}. It was made by other code than this: serve it with "
            "the version that it was trained with, or train it anew."
        )


class ProofFailed(ModelRefused):
    """The golden photos got other answers than certified."""

    def __init__(self, differences: tuple[str, ...]) -> None:
        self.differences = differences
        super().__init__(
            "The model is refused: it doesn't answer its golden photos as it was certified to: "
            + "; ".join(differences)
            + ". This code or this machine computes something else than training did."
        )


class OutputUnwritable(InferenceError):
    """The table of a batch can't be written."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} can't be written: {reason}. Choose another place with --out.")


class ModelFailed(InferenceError):
    """A model that was proven gave no usable answer for a photo. Nothing is answered then."""

    code: ClassVar[str] = "model_failed"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.advice = "The fault is the model's: tell whoever runs this service"
        super().__init__(reason)


class RequestRefused(InferenceError):
    """A request, or a file of a batch, that gets no answer.

    Attributes:
        code: stable name of the kind of refusal, for programs.
        reason: what was wrong, for people.
        advice: what the sender can do about it.
    """

    code: ClassVar[str] = "request_refused"

    def __init__(self, reason: str, advice: str) -> None:
        self.reason = reason
        self.advice = advice
        super().__init__(f"{reason}. {advice}.")


class KeyMissing(RequestRefused):
    """The request has no key."""

    code = "key_missing"


class KeyRefused(RequestRefused):
    """The request's key is none of those that are accepted."""

    code = "key_refused"


class RouteUnknown(RequestRefused):
    """There is nothing at this path."""

    code = "not_found"


class MethodNotAllowed(RequestRefused):
    """The path is there, and not for this method."""

    code = "method_not_allowed"


class ContentTypeUnsupported(RequestRefused):
    """The body is declared as something that isn't read here."""

    code = "content_type_unsupported"


class BodyEmpty(RequestRefused):
    """The photo has no bytes."""

    code = "body_empty"


class BodyMalformed(RequestRefused):
    """The body isn't what it is declared as."""

    code = "body_malformed"


class BodyTooLarge(RequestRefused):
    """The body, or the file, has more bytes than are read."""

    code = "body_too_large"


class BodyTooSlow(RequestRefused):
    """The body didn't arrive in time."""

    code = "body_too_slow"


class FieldsInvalid(RequestRefused):
    """The body can be read, and its fields aren't those of a request."""

    code = "fields_invalid"


class FileUnreadable(RequestRefused):
    """A file of a batch can't be read."""

    code = "file_unreadable"


class TooBusy(RequestRefused):
    """As many requests wait already as may."""

    code = "too_busy"


class ClientGone(RequestRefused):
    """The client went away before its request was whole; nobody reads the answer."""

    code = "client_gone"


class NotReady(RequestRefused):
    """No model is open yet, or the process is about to end."""

    code = "not_ready"
