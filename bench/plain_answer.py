"""What GraphQL is compared with: Starlette and orjson answering JSON of the same size, under the same server."""

import sys
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def serve() -> None:
    """Arguments: the port, and a file with the JSON to answer."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    answer = orjson.loads(file.read_bytes())

    async def plain(request: Request) -> Response:
        orjson.loads(await request.body())
        return Response(orjson.dumps(answer), media_type="application/json")

    app = Starlette(routes=[Route("/graphql", plain, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)
