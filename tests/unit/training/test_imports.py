import subprocess
import sys


def test_commands_that_train_nothing_load_no_training_library() -> None:
    """scikit-learn, skl2onnx and MLflow take seconds to import; a pipeline has many commands."""
    heavy = "{'sklearn', 'skl2onnx', 'mlflow', 'pandas', 'dvc'}"
    code = (
        "import sys; from importlib import import_module; from training.cli import COMMANDS\n"
        "for one in COMMANDS: import_module(f'training.{one}')\n"
        f"sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
