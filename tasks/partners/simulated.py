"""Simulated partners for demonstrations: they answer at once and their names say so."""

from dataclasses import dataclass

from tasks.partners.partner import PartnerRequest


@dataclass(frozen=True, slots=True)
class SimulatedPartner:
    """Stands where a courier, panel or manufacturer would; nothing leaves this machine."""

    name: str = "Simulated courier"
    simulated: bool = True

    def request(self, request: PartnerRequest) -> str:
        """A reference that anybody can see is simulated."""
        return f"SIMULATED-{request.kind}-{request.id.hex[:8]}"
