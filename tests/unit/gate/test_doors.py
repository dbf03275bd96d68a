"""The doors against stand-ins for bin/plinth: small programs that answer as told."""

import os
import stat
import sys
import textwrap
from pathlib import Path

import pytest
from support.training_rooms import UNWALLED

from artifacts.digests import digest_json
from gate.doors import DoorRooms, HttpDoor, batch_door, training_door
from gate.errors import DoorFailed, NoPhotos
from gate.parity import find_photos
from gate.parity_report import ParityPhoto
from walls import find_wall

VECTOR = digest_json("vector")
HEAD = "path,style,probability,year,vector_digest,error"


@pytest.fixture
def photos(tmp_path):
    paths = [tmp_path / "a.jpg", tmp_path / "b, with comma.jpg"]
    for path in paths:
        path.write_bytes(path.name.encode())
    return tuple(ParityPhoto(path=path) for path in paths)


def launcher(tmp_path, body):
    """Return rooms, without a wall, in which a program runs in place of a service's Python."""
    path = tmp_path / "environment/bin/python"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!{sys.executable}\n" + textwrap.dedent(body))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return rooms(tmp_path, path.parents[1])


def rooms(root, environment, wall=UNWALLED, **more):
    """Return rooms over a checkout whose services all have one environment."""
    (root / "bin").mkdir()
    (root / "bin/environment").write_text(f"#!/bin/sh\necho {environment}\n")
    (root / "bin/environment").chmod(0o755)
    return DoorRooms(root, {"PATH": os.defpath}, wall=wall, **more)


COMMAND = """
import csv, pathlib, sys
words = sys.argv[3:]  # -I -m
out = words[words.index("--out") + 1]
photos = words[words.index("--") + 1:]
with open(out, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(HEAD.split(","))
    for photo in photos:
        writer.writerow([photo] + ROW)
print("note", file=sys.stderr)
sys.exit(CODE)
"""


def command(tmp_path, row, code=0, head=HEAD):
    text = COMMAND.replace("HEAD", repr(head)).replace("ROW", repr(row))
    return launcher(tmp_path, text.replace("CODE", str(code)))


WHOLE = ["gothic", "0.5", "-44", VECTOR, ""]


def test_a_commands_table_becomes_answers_in_the_order_of_the_photos(tmp_path, photos):
    door = training_door(command(tmp_path, WHOLE), tmp_path)
    answers = door.answer(photos)
    assert [answer.path for answer in answers] == [photo.path for photo in photos]
    assert {(a.style, a.probability, a.year, a.vector_digest) for a in answers} == {
        ("gothic", 0.5, -44, VECTOR)
    }


@pytest.mark.parametrize("error", ["truncated_photo", "truncated_photo: it ends early. Send it"])
def test_an_errors_code_is_what_counts(tmp_path, photos, error):
    door = batch_door(command(tmp_path, ["", "", "", "", error], code=1), tmp_path)
    assert [answer.error for answer in door.answer(photos)] == ["truncated_photo"] * 2


@pytest.mark.parametrize(
    ("row", "code", "head"),
    [
        (WHOLE, 2, HEAD),
        (["gothic", "0.5", "1900", "", ""], 0, HEAD),
        (["gothic", "nan", "1900", VECTOR, ""], 0, HEAD),
        (["gothic", "1.5", "1900", VECTOR, ""], 0, HEAD),
        (["gothic", "0.5", "soon", VECTOR, ""], 0, HEAD),
        (["", "", "", "", ""], 0, HEAD),
        (WHOLE, 0, HEAD.replace("path", "file")),
        (WHOLE, 0, HEAD.replace("vector_digest", "vector")),
    ],
)
def test_a_table_that_is_not_whole_is_no_answer(tmp_path, photos, row, code, head):
    with pytest.raises(DoorFailed, match="training"):
        training_door(command(tmp_path, row, code, head), tmp_path).answer(photos)


def test_a_command_without_a_table_is_no_answer_and_its_last_words_are_told(tmp_path, photos):
    program = launcher(tmp_path, "import sys; sys.exit('no model there')")
    with pytest.raises(DoorFailed, match="no model there"):
        training_door(program, tmp_path).answer(photos)


def test_a_launcher_that_is_not_there_is_no_answer(tmp_path, photos):
    missing = DoorRooms(tmp_path / "missing", {}, wall=UNWALLED)
    with pytest.raises(DoorFailed):
        training_door(missing, tmp_path).answer(photos)
    with pytest.raises(DoorFailed):
        HttpDoor(missing, tmp_path, "key").answer(photos)


SERVICE = """
import http.server, json, os, pathlib, sys
words = sys.argv[3:]  # -I -m
folder = pathlib.Path(__file__).parent
folder.joinpath("pid").write_text(str(os.getpid()))
key = os.environ["PLINTH_API_KEYS"]

class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.reply(200 if self.path == "/readyz" else 404, {})
    def do_POST(self):
        photo = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["X-API-Key"] != key or self.path != "/v1/predictions":
            return self.reply(401, {"code": "key_refused"})
        if photo.startswith(b"b"):
            return self.reply(422, {"code": "photo_too_small", "title": "x"})
        self.reply(200, ANSWER)

port = int(words[words.index("--port") + 1])
assert words[:2] == ["inference", "serve"] and words[words.index("--host") + 1] == "127.0.0.1"
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
ANSWER = {
    "declined": None,
    "style": {"label": "gothic", "probability": 0.5, "probabilities": []},
    "era": {"year": 1240, "year_low": 1200},
    "vector_digest": VECTOR,
}


def service(tmp_path, answer):
    program = launcher(tmp_path, SERVICE.replace("ANSWER", repr(answer)))
    return HttpDoor(program, tmp_path, "secret")


def alive(tmp_path):
    process = int((tmp_path / "environment/bin/pid").read_text())
    return Path(f"/proc/{process}").exists()


def test_the_live_door_answers_and_refuses_and_ends_what_it_started(tmp_path, photos):
    answered, refused = service(tmp_path, ANSWER).answer(photos)
    assert (answered.style, answered.year, answered.vector_digest) == ("gothic", 1240, VECTOR)
    assert refused.error == "photo_too_small"
    assert not alive(tmp_path)


@pytest.mark.parametrize("answer", [{}, ANSWER | {"vector_digest": ""}, ANSWER | {"era": {}}])
def test_a_live_answer_that_is_not_whole_is_none_and_the_service_is_ended(tmp_path, photos, answer):
    with pytest.raises(DoorFailed, match="http"):
        service(tmp_path, answer).answer(photos)
    assert not alive(tmp_path)


def test_a_service_that_ends_at_once_is_no_answer_and_its_last_words_are_told(tmp_path, photos):
    program = launcher(tmp_path, "import sys; sys.exit('signature refused')")
    with pytest.raises(DoorFailed, match="signature refused"):
        HttpDoor(program, tmp_path, "secret").answer(photos)


def test_a_service_that_is_never_ready_is_given_up_and_ended(tmp_path, photos, monkeypatch):
    monkeypatch.setattr("gate.doors.READY_SECONDS", 0.5)
    sleeper = "import os, pathlib, time\npathlib.Path(__file__).with_name('pid').write_text("
    program = launcher(tmp_path, sleeper + "str(os.getpid()))\ntime.sleep(60)")
    with pytest.raises(DoorFailed, match="not ready"):
        HttpDoor(program, tmp_path, "secret").answer(photos)
    assert not alive(tmp_path)


THIEF = """
import os, pathlib, subprocess, sys
words = sys.argv[3:]
loot = [name for name in os.environ if "TOKEN" in name or "GATE_KEY" in name]
for path in TARGETS:
    try:
        loot.append(path + pathlib.Path(path).read_text())
    except OSError:
        pass
for path in FOLDERS:
    try:
        pathlib.Path(path, "stolen").write_text("mine")
    except OSError:
        pass
sys.exit(f"loot: {loot}")
"""


@pytest.mark.skipif(find_wall().name != "bubblewrap", reason="bubblewrap doesn't work here")
@pytest.mark.parametrize("make", [training_door, batch_door, lambda r, m: HttpDoor(r, m, "secret")])
def test_code_behind_a_door_takes_no_key_and_writes_to_nothing(tmp_path, photos, make, monkeypatch):
    """Code of training and inference changes without approvals; parity runs beside the keys."""
    monkeypatch.setenv("PLINTH_FORGE_TOKEN", "ghs_secret")
    key, model = tmp_path / "state/gate", tmp_path / "model"
    for folder in (key.parent, model, tmp_path / "store"):
        folder.mkdir()
    key.write_text("the gate's key")
    beside = tmp_path / "key-beside-the-photos"
    beside.write_text("a key that lies where the photos do")
    text = THIEF.replace("TARGETS", repr([str(key), str(beside)]))
    places = [str(path) for path in (tmp_path, model, tmp_path / "store", key.parent)]
    bare = launcher(tmp_path, text.replace("FOLDERS", repr(places)))
    hidden = (key, beside, tmp_path / "store")
    walled = DoorRooms(bare.root, bare.variables, (Path(sys.prefix),), hidden)
    with pytest.raises(DoorFailed, match=r"loot: \[\]"):
        make(walled, model).answer(photos)
    assert list(tmp_path.rglob("stolen")) == []
    with pytest.raises(DoorFailed, match="the gate's key"):
        make(bare, model).answer(photos)  # otherwise the test above would show nothing


def test_photos_are_files_as_named_and_folders_walked_in_order(tmp_path):
    for name in ("z.JPG", "b/a.png", "b/notes.txt", "b/.hidden.png", "a/x.webp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    odd = tmp_path / "b" / "notes.txt"
    found = find_photos([odd, tmp_path], None)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "b/notes.txt",
        "z.JPG",
        "a/x.webp",
        "b/a.png",
    ]
    assert find_photos([tmp_path, odd], 2) == (tmp_path / "z.JPG", tmp_path / "a/x.webp")


def test_a_path_without_photos_is_told(tmp_path):
    with pytest.raises(NoPhotos, match="no photo there"):
        find_photos([tmp_path, tmp_path / "missing"], None)
