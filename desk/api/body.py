"""What was sent over HTTP, no more of it than is taken."""

from fastapi import Request

from atmpflow.errors import Refused


async def body_of(request: Request, kinds: tuple[str, ...], largest: int) -> bytes:
    """The body, of one of these media types and at most so many bytes.

    Raises Refused `file-too-large` or `media-type-unknown`.
    """
    kind = request.headers.get("content-type", kinds[0]).partition(";")[0].strip().lower()
    if kind not in kinds:
        message, remedy = "This media type is not read here.", f"Send {' or '.join(kinds)}."
        raise Refused("media-type-unknown", "Content-Type", message, remedy)
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > largest:
            remedy = f"Send at most {largest >> 20} MiB at once."
            raise Refused("file-too-large", "", "It is too large.", remedy)
    return bytes(content)
