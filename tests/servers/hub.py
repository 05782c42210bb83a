"""A small Hugging Face Hub on loopback: what the real client asks of it, and its error codes.

Repositories live in memory: commits map paths to content, branches and tags are names of commits.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "hf_loopback"
PROOF = "a-jwt"  # that GitHub gives a job, and the hub changes for TOKEN
ASKING = "a-job-s-own-token"  # with which a job asks GitHub for the proof
LFS_BYTES = 100_000


def git_oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@dataclass
class Repo:
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    lfs: set[str] = field(default_factory=set)  # paths
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def sha(self, revision: str) -> str | None:
        known = self.branches.get(revision) or self.tags.get(revision)
        return known or (revision if revision in self.commits else None)

    def commit(self, files: dict[str, bytes]) -> str:
        sha = hashlib.sha1(json.dumps([len(self.commits), sorted(files)]).encode(), usedforsecurity=False).hexdigest()
        self.commits[sha] = files
        self.branches["main"] = sha
        return sha


@dataclass
class Hub:
    """The state, for tests to look at and to change behind the client's back."""

    repos: dict[str, Repo] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    before_commit: Callable[[], None] | None = None
    trusted: str = ""  # the repository that the workflow may write
    url: str = ""


def refused(status: int, code: str = "", message: str = "") -> JSONResponse:
    headers = {name: value for name, value in (("X-Error-Code", code), ("X-Error-Message", message)) if value}
    return JSONResponse({"error": message or code}, status, headers)


def application(hub: Hub) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def guard(request: Request, call: Any) -> Response:
        hub.requests.append(f"{request.method} {request.url.path}")
        if request.url.path in ("/oauth/token", "/github/id-token"):
            proving: Response = await call(request)
            return proving
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        reading = request.method in ("GET", "HEAD") or "/paths-info/" in request.url.path
        if (token and token != TOKEN) or not (token or reading or request.url.path.startswith("/lfs/")):
            return refused(401, "", "Invalid credentials in Authorization header")
        answer: Response = await call(request)
        return answer

    def find(name: str, revision: str = "main") -> tuple[Repo, str] | JSONResponse:
        repo = hub.repos.get(name)
        if repo is None:
            return refused(404, "RepoNotFound", "Repository not found")
        sha = repo.sha(revision)
        return (repo, sha) if sha else refused(404, "RevisionNotFound", "Invalid rev id")

    def entry(repo: Repo, path: str, data: bytes) -> dict[str, Any]:
        value: dict[str, Any] = {"type": "file", "path": path, "size": len(data), "oid": git_oid(data)}
        if path in repo.lfs:
            sha = hashlib.sha256(data).hexdigest()
            value["lfs"] = {"oid": sha, "sha256": sha, "size": len(data), "pointerSize": 130}
        return value

    @app.get("/github/id-token")
    def id_token(request: Request, audience: str) -> Response:
        if request.headers.get("authorization") != f"Bearer {ASKING}" or audience != hub.url:
            return refused(401)
        return JSONResponse({"value": PROOF})

    @app.post("/oauth/token")
    async def exchange(request: Request) -> Response:
        body = await request.json()
        if (body["subject_token"], body["resource"]) != (PROOF, hub.trusted):
            return refused(403)
        return JSONResponse({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600})

    @app.get("/api/whoami-v2")
    def whoami() -> dict[str, Any]:
        return {"type": "user", "name": "tester", "orgs": []}

    @app.post("/api/validate-yaml")
    def validate_yaml() -> dict[str, Any]:
        return {"errors": [], "warnings": []}

    @app.post("/api/repos/create")
    async def create(request: Request) -> Response:
        body = await request.json()
        name = f"{body['organization']}/{body['name']}"
        if name in hub.repos:
            return JSONResponse({"error": "You already created this model repo", "url": f"{hub.url}/{name}"}, 409)
        hub.repos[name] = Repo()
        hub.repos[name].commit({".gitattributes": b"*.safetensors filter=lfs\n"})
        return JSONResponse({"url": f"{hub.url}/{name}"})

    def info(name: str, revision: str) -> Response:
        found = find(name, revision)
        if isinstance(found, Response):
            return found
        files = [{"rfilename": path} for path in sorted(found[0].commits[found[1]])]
        return JSONResponse({"id": name, "_id": "0", "modelId": name, "sha": found[1], "siblings": files, "tags": []})

    @app.get("/api/models/{space}/{name}")
    def model(space: str, name: str) -> Response:
        return info(f"{space}/{name}", "main")

    @app.get("/api/models/{space}/{name}/revision/{revision}")
    def model_at(space: str, name: str, revision: str) -> Response:
        return info(f"{space}/{name}", revision)

    @app.get("/api/models/{space}/{name}/refs")
    def refs(space: str, name: str) -> Response:
        found = find(f"{space}/{name}")
        if isinstance(found, Response):
            return found

        def listed(kind: str, names: dict[str, str]) -> list[dict[str, str]]:
            return [{"name": key, "ref": f"refs/{kind}/{key}", "targetCommit": names[key]} for key in names]

        branches, tags = listed("heads", found[0].branches), listed("tags", found[0].tags)
        return JSONResponse({"branches": branches, "tags": tags, "converts": []})

    @app.get("/api/models/{space}/{name}/tree/{revision}")
    def tree(space: str, name: str, revision: str) -> Response:
        found = find(f"{space}/{name}", revision)
        if isinstance(found, Response):
            return found
        files = found[0].commits[found[1]]
        return JSONResponse([entry(found[0], path, files[path]) for path in sorted(files)])

    @app.post("/api/models/{space}/{name}/paths-info/{revision}")
    async def paths_info(space: str, name: str, revision: str, request: Request) -> Response:
        found = find(f"{space}/{name}", revision)
        if isinstance(found, Response):
            return found
        body = await request.json()
        files = found[0].commits[found[1]]
        return JSONResponse([entry(found[0], path, files[path]) for path in body["paths"] if path in files])

    @app.post("/api/models/{space}/{name}/preupload/{revision}")
    async def preupload(space: str, name: str, revision: str, request: Request) -> Response:
        found = find(f"{space}/{name}", revision)
        if isinstance(found, Response):
            return found
        files = found[0].commits[found[1]]
        answer = []
        for item in (await request.json())["files"]:
            large = item["path"].endswith(".safetensors") or item["size"] > LFS_BYTES
            known = files.get(item["path"])
            oid = None
            if known is not None:
                oid = hashlib.sha256(known).hexdigest() if large else git_oid(known)
            mode = "lfs" if large else "regular"
            answer.append({"path": item["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return JSONResponse({"files": answer})

    @app.post("/{space}/{name}/info/lfs/objects/batch")
    async def batch(space: str, name: str, request: Request) -> Response:
        objects = []
        for item in (await request.json())["objects"]:
            value = {"oid": item["oid"], "size": item["size"]}
            if item["oid"] not in hub.objects:
                verify = {"href": f"{hub.url}/lfs/verify/{item['oid']}", "header": {}}
                value["actions"] = {
                    "upload": {"href": f"{hub.url}/lfs/{item['oid']}", "header": {}},
                    "verify": verify,
                }
            objects.append(value)
        return JSONResponse({"transfer": "basic", "objects": objects})

    @app.put("/lfs/{oid}")
    async def put(oid: str, request: Request) -> Response:
        data = await request.body()
        if hashlib.sha256(data).hexdigest() != oid:
            return refused(400, "", "content does not match its digest")
        hub.objects[oid] = data
        return Response()

    @app.post("/lfs/verify/{oid}")
    def verify(oid: str) -> Response:
        return Response() if oid in hub.objects else refused(404)

    @app.post("/api/models/{space}/{name}/commit/{revision}")
    async def commit(space: str, name: str, revision: str, request: Request) -> Response:
        if hub.before_commit is not None:
            hub.before_commit()
        found = find(f"{space}/{name}", revision)
        if isinstance(found, Response):
            return found
        repo, head = found
        files = dict(repo.commits[head])
        for line in (await request.body()).splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "header" and value.get("parentCommit") not in (None, head):
                return refused(412, "", "A commit has happened since. Please refresh and try again.")
            if item["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
                repo.lfs.discard(value["path"])
            if item["key"] == "lfsFile":
                files[value["path"]] = hub.objects[value["oid"]]
                repo.lfs.add(value["path"])
            if item["key"] == "deletedFile":
                del files[value["path"]]
        sha = repo.commit(files)
        return JSONResponse({"commitUrl": f"{hub.url}/{space}/{name}/commit/{sha}", "commitOid": sha})

    @app.post("/api/models/{space}/{name}/tag/{revision}")
    async def tag(space: str, name: str, revision: str, request: Request) -> Response:
        found = find(f"{space}/{name}", revision)
        if isinstance(found, Response):
            return found
        wanted = (await request.json())["tag"]
        if wanted in found[0].tags:
            return refused(409, "", "Reference already exists")
        found[0].tags[wanted] = found[1]
        return JSONResponse({})

    @app.delete("/api/models/{space}/{name}/tag/{wanted}")
    def untag(space: str, name: str, wanted: str) -> Response:
        repo = hub.repos[f"{space}/{name}"]
        return JSONResponse({}) if repo.tags.pop(wanted, None) else refused(404, "RevisionNotFound")

    @app.api_route("/{space}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    def resolve(space: str, name: str, revision: str, path: str, request: Request) -> Response:
        found = find(f"{space}/{name}", revision)
        if isinstance(found, Response):
            return found
        repo, sha = found
        data = repo.commits[sha].get(path)
        if data is None:
            return refused(404, "EntryNotFound", "Entry not found")
        oid = hashlib.sha256(data).hexdigest() if path in repo.lfs else git_oid(data)
        headers = {"ETag": f'"{oid}"', "X-Repo-Commit": sha, "Content-Length": str(len(data))}
        body = b"" if request.method == "HEAD" else data
        return Response(body, headers=headers, media_type="application/octet-stream")

    return app


@contextmanager
def serving() -> Iterator[Hub]:
    """A running Hub; its `url` is the HF_ENDPOINT."""
    hub = Hub()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        hub.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(application(hub), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield hub
        finally:
            server.should_exit = True
            thread.join(10)
