import subprocess
import sys


def test_commands_that_train_nothing_load_no_training_library() -> None:
    """scikit-learn, skl2onnx and MLflow take seconds to import; a pipeline has many commands."""
    heavy = "{'sklearn', 'skl2onnx', 'mlflow', 'pandas', 'dvc'}"
    code = f"import sys, training.commands; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
