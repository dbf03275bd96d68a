"""GitHub's REST API: requests with a token, bounded retries, all pages of a list."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx

from artifacts.text import plain
from delivery.errors import ForgeUnavailable

VERSION: Final = "2022-11-28"
ATTEMPTS: Final = 4
LONGEST_WAIT_SECONDS: Final = 60.0
_TIMEOUT_SECONDS: Final = 30.0
_MOST_PAGES: Final = 100
_ADVICE: Final[Mapping[int, str]] = {
    HTTPStatus.UNAUTHORIZED: "the token is wrong or has expired: renew PLINTH_FORGE_TOKEN",
    HTTPStatus.FORBIDDEN: "the token lacks a permission, or the forge limits its rate",
    HTTPStatus.NOT_FOUND: "there is no such thing, or the token may not see it",
    HTTPStatus.TOO_MANY_REQUESTS: "the forge limits its rate: try again later",
}


class GithubRefusal(ForgeUnavailable):
    """An answer that is no success; `status` is HTTP's."""

    def __init__(self, place: str, status: int, reason: str) -> None:
        self.status = status
        super().__init__(place, f"{status}: {reason}")


class GithubApi:
    """Requests below a place, mostly one repository. It repeats only what does no harm twice."""

    def __init__(
        self,
        client: httpx.Client,
        repository: str,
        sleep: Callable[[float], None],
        place: str | None = None,
    ) -> None:
        self._client = client
        self.repository = repository
        self._sleep = sleep
        self._place = f"/repos/{repository}" if place is None else place

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return self.repository.partition("/")[0]

    def below(self, place: str) -> "GithubApi":
        """Return the same API below another place than the repository, such as its owner's."""
        return GithubApi(self._client, self.repository, self._sleep, place)

    def get(self, path: str, **params: str) -> Any:
        """Return what a path below the place answers; GithubRefusal, ForgeUnavailable."""
        return self._answer("GET", f"{self._place}{path}", params=params)[0]

    def pages(
        self, path: str, key: str | None = None, of: str | None = None, **params: str
    ) -> Iterator[Any]:
        """Yield the items of a list, page by page; `key` names the list in an object.

        `of` is another repository, where it is not about this one: a fork.
        """
        url: str | None = f"/repos/{of}{path}" if of else f"{self._place}{path}"
        given: Mapping[str, str] | None = {**params, "per_page": "100"}
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            body, response = self._answer("GET", url, params=given)
            yield from body[key] if key else body
            # The link to the next page has the parameters in it, and httpx puts {} in their place.
            url, given = response.links.get("next", {}).get("url"), None
        raise ForgeUnavailable(f"GET {path}", f"it has more than {_MOST_PAGES} pages")

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Any:
        """Send a body and return the answer; GithubRefusal, ForgeUnavailable."""
        return self._answer(method, f"{self._place}{path}", json=body)[0]

    def _answer(self, method: str, url: str, **more: Any) -> tuple[Any, httpx.Response]:
        place = f"{method} {url}"
        for attempt in range(1, ATTEMPTS + 1):
            response = self._request(place, method, url, attempt, more)
            if response is not None and response.is_success:
                return _json(place, response), response
            wait = _wait(response, method, attempt)
            if attempt == ATTEMPTS or wait is None:
                break
            self._sleep(wait)
        if response is None:
            raise ForgeUnavailable(place, "it can't be reached")
        raise GithubRefusal(place, response.status_code, _reason(response))

    def _request(
        self, place: str, method: str, url: str, attempt: int, more: Mapping[str, Any]
    ) -> httpx.Response | None:
        try:
            return self._client.request(method, url, **more)
        except httpx.ConnectError as exc:  # nothing was sent: this may always be repeated
            if attempt == ATTEMPTS:
                raise ForgeUnavailable(place, f"it can't be reached: {exc}") from exc
            return None
        except httpx.HTTPError as exc:
            if attempt == ATTEMPTS or method != "GET":
                raise ForgeUnavailable(place, f"no answer came: {exc!r}") from exc
            return None


def github_client(url: str, token: str) -> httpx.Client:
    """Return a client of an API at a URL; proxies and certificates are the machine's."""
    return httpx.Client(
        base_url=url,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "X-GitHub-Api-Version": VERSION,
            "User-Agent": "plinth",
        },
        timeout=_TIMEOUT_SECONDS,
    )


def _wait(response: httpx.Response | None, method: str, attempt: int) -> float | None:
    """Return how many seconds to wait before another attempt, or None to give up."""
    doubled = float(2 ** (attempt - 1))
    if response is None:
        return doubled
    asked, status = response.headers.get("retry-after", ""), response.status_code
    limited = asked or "rate limit" in response.text.lower()
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and limited):
        wait = float(asked) if asked.isdecimal() else doubled
        return wait if wait <= LONGEST_WAIT_SECONDS else None
    # What creates something may have done so before it failed.
    return doubled if response.is_server_error and method != "POST" else None


def _json(place: str, response: httpx.Response) -> Any:
    if response.status_code == HTTPStatus.NO_CONTENT:
        return None
    try:
        return response.json()
    except ValueError as exc:
        raise ForgeUnavailable(place, "its answer is no JSON") from exc


def _reason(response: httpx.Response) -> str:
    try:
        body = response.json()
        said = body.get("message", "") if isinstance(body, dict) else ""
    except ValueError:
        said = ""
    parts = (plain(said), _ADVICE.get(response.status_code, ""))
    return "; ".join(part for part in parts if part) or "it gives no reason"
