"""The code systems and identifiers that a FHIR export names.

Only systems that their owners publish, and our own `urn:atmpflow:` for what is ours. Where no code
is certain the words stand as text: a wrong code is worse than none.
"""

ATMPFLOW = "urn:atmpflow:"
"""How each of our own systems begins; the kind of number or code follows."""

PRODUCT = f"{ATMPFLOW}product"
COI = f"{ATMPFLOW}coi"
UNIT = f"{ATMPFLOW}unit"
ACCOUNT = f"{ATMPFLOW}account"
ROLE = f"{ATMPFLOW}role"
EVENT = f"{ATMPFLOW}event"
COMMAND = f"{ATMPFLOW}command"
DUTY = f"{ATMPFLOW}duty"
SCOPE = f"{ATMPFLOW}consent-scope"
ERROR = f"{ATMPFLOW}error"
MEANING = f"{ATMPFLOW}signature-meaning"

URI = "urn:ietf:rfc:3986"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
CLINICAL_TRIALS = "http://clinicaltrials.gov"
SNOMED = "http://snomed.info/sct"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
UCUM = "http://unitsofmeasure.org"
MEDDRA = "https://www.meddra.org"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"

_HL7 = "http://terminology.hl7.org/CodeSystem/"
CONSENT_SCOPE = f"{_HL7}consentscope"
SERIOUSNESS = f"{_HL7}adverse-event-seriousness"
ENTITY_TYPE = f"{_HL7}audit-entity-type"
ENTITY_ROLE = f"{_HL7}object-role"
CONFIDENTIALITY = f"{_HL7}v3-Confidentiality"
OBSERVATION_VALUE = f"{_HL7}v3-ObservationValue"
PARTICIPATION = f"{_HL7}v3-ParticipationType"
LOINC = "http://loinc.org"
