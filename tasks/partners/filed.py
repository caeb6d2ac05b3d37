"""A partner reached through a folder: each request is a JSON document for it to pick up."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from tasks.partners.partner import PartnerRequest, Unavailable


@dataclass(frozen=True, slots=True)
class FiledPartner:
    """Writes requests into `folder`, where a transfer job (SFTP, MESH) or a person takes them."""

    name: str
    folder: Path
    simulated: bool = False

    def request(self, request: PartnerRequest) -> str:
        """One file a request, written whole or not at all; the reference is its number."""
        reference = f"{request.kind.upper()}-{request.id.hex[:12].upper()}"
        target = self.folder / f"{reference}.json"
        body = {**asdict(request), "reference": reference}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = target.with_suffix(".part")
            partial.write_text(json.dumps(body, default=str, indent=2), encoding="utf-8")
            os.replace(partial, target)
        except OSError as error:
            raise Unavailable(f"{self.name}: {error.strerror}") from error
        return reference
