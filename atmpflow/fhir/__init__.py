"""A journey in the words of FHIR R4: facts in, plain JSON values out; one resource type a file."""
