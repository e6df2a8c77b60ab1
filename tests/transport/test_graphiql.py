"""GraphiQL is for people in browsers, where the schema may be read; everybody else gets the API."""

from pathlib import Path

import httpx
import pytest

from app import main
from schema.transport.settings import TransportSettings
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import SCHEMA

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
TRUSTED = TransportSettings(trusted_documents={"sha256:0": "{hello}"}, trusted_only="browsers")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `npm run build` leaves, in small."""
    page, explorer = tmp_path / "dist", tmp_path / "dist-graphiql"
    (explorer / "graphiql").mkdir(parents=True)
    page.mkdir()
    (page / "index.html").write_text("the page")
    (explorer / "index.html").write_text("the explorer")
    (explorer / "graphiql" / "index.js").write_text("1")
    monkeypatch.setattr(main, "_PAGES", page)
    monkeypatch.setattr(main, "_GRAPHIQL", explorer)


def serving(settings: TransportSettings, *, serve_page: bool = True) -> httpx.AsyncClient:
    app = main.create_app(TinyRuntime(), SCHEMA, settings, serve_page=serve_page)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api")


@pytest.mark.usefixtures("built")
async def test_who_gets_which() -> None:
    async with serving(TransportSettings()) as client:
        page = await client.get("/graphql", headers=BROWSER)
        assert (page.status_code, page.text) == (200, "the explorer")
        assert page.headers["vary"] == "Accept"
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "worker-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert (
            policy.count("unsafe-inline") == policy.count("style-src 'self' 'unsafe-inline'") == 1
        )
        assert (await client.get("/graphiql/index.js")).text == "1"
        asked = await client.get("/graphql?query={hello}", headers=BROWSER)
        assert asked.json()["data"] == {"hello": "hello you"}
        posted = await client.post("/graphql", json={"query": "{hello}"}, headers=BROWSER)
        assert posted.json()["data"] == {"hello": "hello you"}
        assert (await client.get("/graphql")).status_code == 400
        assert (await client.get("/")).text == "the page"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("settings", "serve_page"),
    [(TransportSettings(introspection=False), True), (TransportSettings(), False), (TRUSTED, True)],
)
async def test_where_there_is_none(settings: TransportSettings, serve_page: bool) -> None:
    async with serving(settings, serve_page=serve_page) as client:
        assert (await client.get("/graphql", headers=BROWSER)).status_code == 400
        for file in ("/graphiql/index.js", "/graphiql/", "/dist-graphiql/index.html"):
            assert (await client.get(file)).status_code == 404


async def test_a_hidden_schema_is_hinted_at_nowhere() -> None:
    async with serving(TransportSettings(introspection=False), serve_page=False) as client:
        for query in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'):
            answer = await client.post("/graphql", json={"query": query})
            assert "data" not in answer.json()
        wrong = await client.post("/graphql", json={"query": "{ hallo hello(nam: 1) }"})
        assert "Did you mean" not in wrong.text
        assert (await client.post("/graphql", json={"query": "{ __typename }"})).json()["data"]
    async with serving(TransportSettings(), serve_page=False) as client:
        wrong = await client.post("/graphql", json={"query": "{ hallo }"})
        assert "Did you mean" in wrong.text
