"""Forwards to `zombie-sweeper serve` whom your application lets in: with what its token opens, and no more. Needs fastapi and httpx."""

import os
from typing import Annotated

import httpx
from fastapi import APIRouter, HTTPException, Path, Request, Response

server = httpx.AsyncClient(base_url=os.environ["SWEEPER_URL"], headers={"Authorization": f"Bearer {os.environ['SWEEPER_TOKEN']}"})
router = APIRouter(prefix="/sweeper")
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


async def forward(path: str, request: Request) -> Response:
    kept = {name: request.headers[name] for name in ("accept", "content-type") if name in request.headers}
    patience = httpx.Timeout(60, read=3600 if request.method == "POST" else 60)  # with --confirm a sweep looks twice, so far apart
    try:
        answer = await server.request(
            request.method, f"/v1/{path}", params=request.query_params, content=await request.body(), headers=kept, timeout=patience
        )
    except NEVER_SENT as error:
        raise HTTPException(502, f"the sweeper cannot be reached: {type(error).__name__}; see whether it runs") from error
    except httpx.TransportError as error:
        done = "; what was asked for may have been done all the same: see the history" if request.method == "POST" else ""
        raise HTTPException(504, f"the sweeper has not answered: {type(error).__name__}{done}") from error
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
