"""A stand-in for GitHub's REST API: the paths that delivery asks, answered as documented."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

REPOSITORY = "team/plinth"
TOKEN = "a-token"  # noqa: S105 - a test's
HEAD, MERGE = "a" * 40, "d" * 40
LARGEST_PAGE = 100
Answer = tuple[int, Any]


class Github:
    """What the stand-in knows. `failures` are answered first, one a request, then they are gone."""

    def __init__(self) -> None:
        self.pulls: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.issues: dict[int, dict[str, Any]] = {}
        self.protected = ""
        self.failures: list[tuple[int, dict[str, str], Any]] = []
        self.asked: list[str] = []
        self.settings: dict[str, Any] = {}
        self.statuses: list[tuple[str, Any]] = []
        self.activity: list[dict[str, Any]] = []
        self.login = "plinth[bot]"

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        """Answer a request below the repository."""
        for wanted, pattern, act in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and wanted == method:
                return act(self, *map(int, found.groups()), query=query, body=body)
        if method == "POST" and path.startswith("/statuses/"):
            self.statuses.append((path.removeprefix("/statuses/"), body))
            return 201, body
        if method == "GET" and path in self.settings:
            return 200, self.settings[path]
        return 404, {"message": "Not Found"}

    def list_pulls(self, *, query: dict[str, str], **_: Any) -> Answer:
        """Filter by head, newest first."""
        _, _, branch = query.get("head", "").partition(":")
        found = [p for p in self.pulls.values() if not branch or p["head"]["ref"] == branch]
        wanted = query.get("state", "open")
        found = [p for p in found if wanted in {"all", p["state"]}]
        return 200, sorted(found, key=lambda pull: -pull["number"])

    def open_pull(self, *, body: Any, **_: Any) -> Answer:
        """Open one, unless the branch has one."""
        if any(
            p["head"]["ref"] == body["head"] and p["state"] == "open" for p in self.pulls.values()
        ):
            return 422, {"message": "Validation Failed: a pull request already exists"}
        if len(body["body"]) > 65_536:
            return 422, {"message": "Validation Failed: body is too long"}
        number = len(self.pulls) + 1
        self.pulls[number] = {
            "number": number,
            "title": body["title"],
            "body": body["body"],
            "state": "open",
            "merged_at": None,
            "html_url": f"https://forge.invalid/{REPOSITORY}/pull/{number}",
            "head": {"ref": body["head"], "sha": HEAD, "repo": {"full_name": REPOSITORY}},
            "base": {"ref": body["base"]},
            "user": {"login": self.login},
        }
        return 201, self.pulls[number]

    def show_pull(self, number: int, **_: Any) -> Answer:
        return 200, self.pulls[number]

    def change_pull(self, number: int, *, body: Any, **_: Any) -> Answer:
        self.pulls[number] |= body
        return 200, self.pulls[number]

    def review(self, number: int, *, body: Any, **_: Any) -> Answer:
        assert body["event"] == "APPROVE"
        if self.pulls[number]["user"]["login"] == self.login:
            return 422, {"message": "Can not approve your own pull request"}
        return 200, {"id": 1, "state": "APPROVED"}

    def merge(self, number: int, *, body: Any, **_: Any) -> Answer:
        """Merge the head that the caller has seen, unless protected."""
        pull = self.pulls[number]
        if body["sha"] != pull["head"]["sha"]:
            return 409, {"message": "Head branch was modified. Review and try the merge again."}
        if self.protected:
            return 405, {"message": self.protected}
        pull |= {"state": "closed", "merged_at": "2026-11-22T12:00:00Z"}
        return 200, {"sha": MERGE, "merged": True, "message": "Pull Request successfully merged"}

    def list_comments(self, number: int, **_: Any) -> Answer:
        return 200, self.comments.get(number, [])

    def add_comment(self, number: int, *, body: Any, **_: Any) -> Answer:
        return 201, self.say(number, body["body"], kind="Bot")

    def change_comment(self, identity: int, *, body: Any, **_: Any) -> Answer:
        comment = next(c for found in self.comments.values() for c in found if c["id"] == identity)
        comment |= body
        return 200, comment

    def list_activity(self, *, query: dict[str, str], **_: Any) -> Answer:
        """List what happened to a branch, the latest first."""
        return 200, [one for one in self.activity[::-1] if one["ref"] == query["ref"]]

    def list_issues(self, *, query: dict[str, str], **_: Any) -> Answer:
        """Filter by state and label."""
        found = [one for one in self.issues.values() if one["state"] == query["state"]]
        named = [one for one in found if query["labels"] in one["labels"]]
        return 200, named

    def open_issue(self, *, body: Any, kind: str = "Bot", **_: Any) -> Answer:
        """Open one, by the app."""
        number = 500 + len(self.issues)
        self.issues[number] = {
            "number": number,
            "state": "open",
            "html_url": f"https://forge.example/issues/{number}",
            "user": {"login": self.login, "type": kind},
            **body,
        }
        return 201, self.issues[number]

    def change_issue(self, number: int, *, body: Any, **_: Any) -> Answer:
        self.issues[number] |= body
        return 200, self.issues[number]

    def say(self, number: int, body: str, kind: str = "User", who: str = "NONE") -> dict[str, Any]:
        comment = {
            "id": 1000 + sum(map(len, self.comments.values())),
            "body": body,
            "user": {"login": self.login if kind == "Bot" else "stranger", "type": kind},
            "author_association": who,
        }
        self.comments.setdefault(number, []).append(comment)
        return comment


_ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", "/pulls", Github.list_pulls),
    ("POST", "/pulls", Github.open_pull),
    ("GET", r"/pulls/(\d+)", Github.show_pull),
    ("PATCH", r"/pulls/(\d+)", Github.change_pull),
    ("POST", r"/pulls/(\d+)/reviews", Github.review),
    ("PUT", r"/pulls/(\d+)/merge", Github.merge),
    ("GET", "/activity", Github.list_activity),
    ("GET", "/issues", Github.list_issues),
    ("POST", "/issues", Github.open_issue),
    ("PATCH", r"/issues/(\d+)", Github.change_issue),
    ("GET", r"/issues/(\d+)/comments", Github.list_comments),
    ("POST", r"/issues/(\d+)/comments", Github.add_comment),
    ("PATCH", r"/issues/comments/(\d+)", Github.change_comment),
)


@contextmanager
def serving(github: Github) -> Iterator[str]:
    """Serve a stand-in on a free port for as long as it takes, and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            _handle(self, github)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handle(request: BaseHTTPRequestHandler, github: Github) -> None:
    length = int(request.headers.get("content-length") or 0)
    body = json.loads(request.rfile.read(length) or b"null")
    url = urlsplit(request.path)
    github.asked.append(f"{request.command} {url.path}")
    prefix = f"/repos/{REPOSITORY}"
    if github.failures:
        status, headers, answer = github.failures.pop(0)
        return _respond(request, status, headers, answer)
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return _respond(request, 401, {}, {"message": "Bad credentials"})
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    status, answer = github.answer(request.command, url.path.removeprefix(prefix), query, body)
    page, headers = _page(request, url.path, query, answer)
    return _respond(request, status, headers, page)


def _page(
    request: BaseHTTPRequestHandler, path: str, query: dict[str, str], answer: Any
) -> tuple[Any, dict[str, str]]:
    """Cut a list into pages, and link to the next one."""
    if not isinstance(answer, list):
        return answer, {}
    size = min(int(query.get("per_page", "30")), LARGEST_PAGE)
    number = int(query.get("page", "1"))
    rest = answer[number * size :]
    if not rest:
        return answer[(number - 1) * size :], {}
    host = request.headers["host"]
    following = urlencode({**query, "page": str(number + 1)})
    link = f'<http://{host}{path}?{following}>; rel="next"'
    return answer[(number - 1) * size : number * size], {"Link": link}


def _respond(
    request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: Any
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(data))}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(data)
