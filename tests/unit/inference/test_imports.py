import ast
import subprocess
import sys
from pathlib import Path

import pytest

import inference

SOURCES = sorted(Path(inference.__file__).parent.rglob("*.py"))
FITTING = {"sklearn", "skl2onnx", "joblib", "mlflow", "dvc", "training", "delivery"}


def test_nothing_that_fits_models_is_loaded_by_the_service():
    """In a process of its own, since other tests may have loaded it here."""
    code = "import sys, inference.commands, inference.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert FITTING.isdisjoint(name.partition(".")[0] for name in done.stdout.split())


def test_a_batch_loads_no_http_library():
    code = "import sys, inference.commands; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert {"fastapi", "uvicorn"}.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_photos_are_read_by_features_alone(source):
    nodes = list(ast.walk(ast.parse(source.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    roots = {name.partition(".")[0] for name in names}
    assert roots.isdisjoint(FITTING | {"PIL", "onnxruntime", "cv2", "skimage"})
