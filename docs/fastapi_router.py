"""Forwards to `zombie-sweeper serve` whom your application lets in: with what its token opens, and no more. Needs fastapi and httpx."""

import os
from typing import Annotated

import httpx
from fastapi import APIRouter, HTTPException, Path, Request, Response

server = httpx.AsyncClient(base_url=os.environ["SWEEPER_URL"], headers={"Authorization": f"Bearer {os.environ['SWEEPER_TOKEN']}"})
router = APIRouter(prefix="/sweeper")


async def forward(path: str, request: Request) -> Response:
    kept = {name: request.headers[name] for name in ("accept", "content-type") if name in request.headers}
    try:
        answer = await server.request(
            request.method, f"/v1/{path}", params=request.query_params, content=await request.body(), headers=kept, timeout=60
        )
    except httpx.TransportError as error:
        raise HTTPException(502, f"the sweeper does not answer: {type(error).__name__}; see whether it runs") from error
    kept = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    return Response(answer.content, answer.status_code, headers=kept)


@router.get("/plans/{plan_id}")
async def kept_plan(plan_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")], request: Request) -> Response:
    return await forward(f"plans/{plan_id}", request)


@router.get("/{verb}")
async def ask(verb: Annotated[str, Path(pattern="^[a-z]+$")], request: Request) -> Response:
    return await forward(verb, request)


@router.post("/{verb}")
async def tell(verb: Annotated[str, Path(pattern="^[a-z]+$")], request: Request) -> Response:
    return await forward(verb, request)
