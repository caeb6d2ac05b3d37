"""FHIR R4: journeys as Bundles, held against the official schema."""
