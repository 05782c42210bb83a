"""What is installed, how large it is, and what the light commands load."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from scripts import benches
from scripts.benches import size
from scripts.benches.__main__ import MODULES

ROOT = Path(__file__).parent.parent
HEAVY = (
    "torch",
    "transformers",
    "trl",
    "datasets",
    "xllamacpp",
    "openai",
    "huggingface_hub",
    "github",
    "requests",
    "jinja2",
    "scipy",
    "matplotlib",
)

LEAF = """\
version: 2
created_by: someone
task_description: Rhymes
seed_examples:
  - question: What rhymes with sea?
    answer: Tea.
"""

LOADED = """
import json, sys
from labci.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(json.dumps({"code": end.code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def loaded(*arguments: str, folder: Path) -> dict[str, object]:
    """Exit code of a labci command run in a process of its own, and the modules it had loaded at its end."""
    command = [sys.executable, "-c", LOADED, "-C", str(folder), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    result: dict[str, object] = json.loads(done.stderr.splitlines()[-1])
    return result


@pytest.mark.slow
@pytest.mark.parametrize("command", ["--help", "lint", "diff --help", "submit --help", "explain"])
def test_light_commands_load_nothing_heavy(tmp_path: Path, command: str) -> None:
    leaf = tmp_path / "taxonomy/compositional_skills/writing/rhymes/qna.yaml"
    leaf.parent.mkdir(parents=True)
    leaf.write_text(LEAF)
    (tmp_path / "labci.yaml").write_text("taxonomy: taxonomy\n")
    result = loaded(*command.split(), folder=tmp_path)
    assert result["code"] in (0, 1)  # lint has things to say about this leaf
    modules = result["modules"]
    assert isinstance(modules, list)
    assert "labci.cli" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_every_table_of_the_bench_can_be_loaded() -> None:
    for name in benches.TABLES:
        assert callable(import_module(f"scripts.benches.{MODULES.get(name, name)}").main)


@pytest.mark.slow
def test_core_installation_is_small_and_complete(tmp_path: Path) -> None:
    found = size.install(tmp_path / "venv")
    assert found.size < size.LIMIT
    assert "torch" not in found.distributions
    assert "numpy" not in found.distributions
    done = subprocess.run([found.python, "-m", "labci", "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    leaf = tmp_path / "taxonomy/compositional_skills/writing/rhymes/qna.yaml"
    leaf.parent.mkdir(parents=True)
    leaf.write_text(LEAF)
    linted = subprocess.run(
        [found.python, "-m", "labci", "lint", "--format", "json", leaf],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert json.loads(linted.stdout)["files"] == 1, linted.stderr


@pytest.mark.slow
def test_wheel_holds_the_schemas_and_the_data(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT]
    subprocess.run(pip, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    schemas = {f"labci/schemas/{f.relative_to(ROOT / 'schemas')}" for f in (ROOT / "schemas").rglob("*.json")}
    tracked = subprocess.run(["git", "ls-files", "labci"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert schemas | set(tracked.stdout.split()) <= names
    assert not any(name.startswith(("tests/", "scripts/")) for name in names)
