"""The words of the Core Business Vocabulary 2.0: short names, their web addresses and older names.

A field of the standard takes one of its short names (`shipping`), that name's address
(`https://ref.gs1.org/cbv/BizStep-shipping`, also as `cbv:BizStep-shipping`), or an address of
somebody else's vocabulary. A short name or an address of GS1 that the vocabulary does not hold
means nothing, and is refused rather than stored.
"""

from dataclasses import dataclass

CBV = "https://ref.gs1.org/cbv/"
WEB_VOCABULARY = "https://gs1.org/voc/"

PREFIXES = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": CBV,
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": WEB_VOCABULARY,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""What the standard context declares; a document's own context adds to it."""


@dataclass(frozen=True, slots=True)
class Words:
    """The short names of one field, the address before each, and the old name before each."""

    title: str
    stem: str
    names: frozenset[str]
    old: str | None = None

    def expanded(self, text: str) -> str:
        """The address of a word; what is no word of GS1 stays as it is."""
        if text in self.names:
            return self.stem + text
        if self.old is not None and text.startswith(self.old):
            return self.stem + text.removeprefix(self.old)
        return text

    def short(self, address: str) -> str:
        """The short name of an address; others' addresses stay as they are."""
        name = address.removeprefix(self.stem)
        return name if name in self.names else address


def _words(title: str, stem: str, names: str, old: str | None = None) -> Words:
    return Words(title, stem, frozenset(names.split()), old)


BIZ_STEP = _words(
    "business step",
    f"{CBV}BizStep-",
    """
accepting arriving assembling collecting commissioning consigning creating_class_instance
cycle_counting decommissioning departing destroying disassembling dispensing encoding
entering_exiting holding inspecting installing killing loading other packing picking
receiving removing repackaging repairing replacing reserving retail_selling sampling
sensor_reporting shipping staging_outbound stock_taking stocking storing transporting
unloading unpacking void_shipping
""",
    "urn:epcglobal:cbv:bizstep:",
)

DISPOSITION = _words(
    "disposition",
    f"{CBV}Disp-",
    """
active available completeness_inferred completeness_verified conformant container_closed
container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved
retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown
""",
    "urn:epcglobal:cbv:disp:",
)

TRANSACTION = _words(
    "type of business transaction",
    f"{CBV}BTT-",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
    "urn:epcglobal:cbv:btt:",
)

PARTY = _words(
    "type of source or destination",
    f"{CBV}SDT-",
    "owning_party possessing_party location",
    "urn:epcglobal:cbv:sdt:",
)

REASON = _words(
    "reason of an error declaration",
    f"{CBV}ER-",
    "did_not_occur incorrect_data",
    "urn:epcglobal:cbv:er:",
)

COMPONENT = _words(
    "component of a measurement",
    f"{CBV}Comp-",
    """
altitude axial_distance azimuth easting elevation_angle height latitude longitude northing
polar_angle spherical_radius x y z
""",
)

ALERT = _words("alert of a sensor", WEB_VOCABULARY, "ALARM_CONDITION ERROR_CONDITION")

MEASUREMENT = _words(
    "type of measurement",
    WEB_VOCABULARY,
    """
AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity
Area Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity
MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity
SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque
Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
""",
)
