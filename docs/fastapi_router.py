"""Forwards to `zombie-sweeper serve` whom your application lets in: with what its token opens, and no more."""

import os
from typing import Annotated

import httpx
from fastapi import APIRouter, Path, Request, Response

server = httpx.AsyncClient(base_url=os.environ["SWEEPER_URL"], headers={"Authorization": f"Bearer {os.environ['SWEEPER_TOKEN']}"})
router = APIRouter(prefix="/sweeper")


@router.api_route("/{verb}", methods=["GET", "POST"])
async def forward(verb: Annotated[str, Path(pattern="^[a-z]+$")], request: Request) -> Response:
    kept = {name: request.headers[name] for name in ("accept", "content-type") if name in request.headers}
    answer = await server.request(
        request.method, f"/v1/{verb}", params=request.query_params, content=await request.body(), headers=kept, timeout=60
    )
    kept = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    return Response(answer.content, answer.status_code, headers=kept)
