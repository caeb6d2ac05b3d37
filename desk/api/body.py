"""What was sent over HTTP, no more of it than is taken."""

from collections.abc import Collection

from fastapi import Request

from atmpflow.errors import Refused


def sent_as(request: Request, kinds: Collection[str], usual: str) -> bool:
    """Was it sent as one of these media types? Where none was said, it is the usual one."""
    said = request.headers.get("content-type", usual)
    return said.partition(";")[0].strip().lower() in kinds


async def read_body(request: Request, largest: int, *, remedy: str) -> bytes:
    """The body, of at most so many bytes. Raises Refused `file-too-large`."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > largest:
            message = f"It is larger than {largest >> 20} MiB."
            raise Refused("file-too-large", "", message, remedy)
    return bytes(content)
