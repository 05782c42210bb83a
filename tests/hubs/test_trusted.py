"""A job that proves which workflow it is publishes with no token kept anywhere (OIDC, "trusted publishers")."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs.make import small
from tests.servers.hub import ASKING, PROOF, TOKEN, Hub, serving

REPO = "team/model"
# In a process of its own: huggingface_hub reads HF_ENDPOINT when it is imported.
PUBLISH = """
import json, sys
from pathlib import Path
from labci.errors import LabciError
from labci.hubs.huggingface import HuggingFaceHub
from labci.lineage import MANIFEST, Manifest
folder = Path(sys.argv[1])
try:
    HuggingFaceHub("team/model").publish(folder, Manifest.from_json(json.loads((folder / MANIFEST).read_text())), "")
except LabciError as error:
    sys.exit(f"{error} | {error.hint}")
"""


@pytest.fixture
def server() -> Iterator[Hub]:
    with serving() as hub:
        yield hub


def publish(hub: Hub, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Publish from a job of GitHub Actions that may ask for a proof, and has no token."""
    small(folder / "release", "v0.1.0")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ACTIONS_", "GITHUB_"))}
    environment = kept | {
        "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1", "HF_OIDC_RESOURCE": REPO, "HF_HOME": str(folder / "home"),
        "LABCI_CACHE": str(folder / "cache"), "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ASKING,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{hub.url}/github/id-token", **more,
    }  # fmt: skip
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-W", "ignore", "-c", PUBLISH, str(folder / "release")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert not any(secret in said for secret in (TOKEN, PROOF, ASKING))
    assert "Traceback" not in said
    return done


@pytest.mark.slow
def test_a_trusted_workflow_publishes_without_a_token(server: Hub, tmp_path: Path) -> None:
    server.trusted = REPO
    done = publish(server, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(server.repos[REPO].tags) == ["v0.1.0"]
    assert server.requests.count("POST /oauth/token") == 1  # one proof serves the whole job


def test_a_workflow_that_the_hub_does_not_trust_is_told_so(server: Hub, tmp_path: Path) -> None:
    done = publish(server, tmp_path)
    assert done.returncode == 1
    assert "the hub answered 403 to the proof of this workflow" in done.stderr
    assert f"as a trusted publisher of {REPO}" in done.stderr
    assert not server.repos


def test_a_job_without_the_permission_is_told_which(server: Hub, tmp_path: Path) -> None:
    done = publish(server, tmp_path, ACTIONS_ID_TOKEN_REQUEST_URL="")
    assert done.returncode == 1
    assert "id-token: write" in done.stderr


def test_without_the_setting_the_token_counts(server: Hub, tmp_path: Path) -> None:
    done = publish(server, tmp_path, HF_OIDC_RESOURCE="", HF_TOKEN=TOKEN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "POST /oauth/token" not in server.requests
