"""Identifiers: every EPC has one canonical Digital Link, and wrong ones are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atmpflow.codes.gs1 import make_giai, make_sscc
from atmpflow.epcis.identifiers import canonical, instance, of_one, value_of, wrong

PREFIXES = st.integers(6, 12).flatmap(
    lambda size: st.text("0123456789", min_size=size, max_size=size)
)


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("urn:epc:id:sgtin:9520123.012345.7A", "01/09520123123451/21/7A"),
        ("urn:epc:class:lgtin:9520123.012345.L-7", "01/09520123123451/10/L-7"),
        ("urn:epc:idpat:sgtin:9520123.012345.*", "01/09520123123451"),
        ("urn:epc:id:sscc:9520123.0000000001", "00/095201230000000011"),
        ("urn:epc:id:sgln:9520123.00001.0", "414/9520123000011"),
        ("urn:epc:id:sgln:9520123.00001.B2", "414/9520123000011/254/B2"),
        ("urn:epc:id:pgln:9520123.00000", "417/9520123000004"),
        ("urn:epc:id:giai:9520123.LOG7", "8004/9520123LOG7"),
        ("urn:epc:id:grai:9520123.00022.5", "8003/095201230002265"),
        ("urn:epc:id:gdti:9520123.00009.PO-1", "253/9520123000097PO-1"),
        ("urn:epc:id:gsrn:9520123.0000000007", "8018/952012300000000077"),
        ("urn:epc:id:itip:9520123.012345.01.02.9", "8006/095201231234510102/21/9"),
        ("urn:epc:id:cpi:9520123.P-1.7", "8010/9520123P-1/8011/7"),
        ("urn:epc:id:gsin:9520123.222333444", "402/95201232223334447"),
    ],
)
def test_an_epc_has_its_digital_link(urn: str, link: str) -> None:
    assert canonical(urn) == f"https://id.gs1.org/{link}"
    assert wrong(urn) is None
    assert wrong(canonical(urn)) is None


@given(PREFIXES, st.integers(0, 9), st.data())
def test_an_sscc_is_the_same_as_urn_and_as_link(
    prefix: str, first: int, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, 10 ** (16 - len(prefix)) - 1))
    sscc = make_sscc(prefix, number, extension=first)
    reference = sscc[len(prefix) + 1 : -1]

    urn = f"urn:epc:id:sscc:{prefix}.{first}{reference}"
    assert canonical(urn) == canonical(f"https://id.gs1.org/00/{sscc}")
    assert value_of(urn, "00") == sscc


@given(PREFIXES, st.text("ABCXYZabc0123456789-_", min_size=1, max_size=16))
def test_a_bags_giai_is_the_same_as_urn_and_as_link(prefix: str, serial: str) -> None:
    link = f"https://id.gs1.org/8004/{make_giai(prefix, serial)}"

    assert canonical(f"urn:epc:id:giai:{prefix}.{serial}") == canonical(link)
    assert of_one(link)


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/00/095201230000000012",
        "https://id.gs1.org/01/09520123123459/21/7",
        "https://shipper.example.org/00/095201230000000012",
        "https://id.gs1.org/8004",
        "urn:epc:id:sgtin:9520123.01234.7",
        "urn:epc:id:sgtin:95201.01234567.7",
        "urn:epc:id:sgtin:9520123.012345",
        "urn:epc:id:sscc:9520123.000000000A",
        "urn:epc:id:bag:9520123.1",
        "urn:epc:idpat:sgtin:9520123.012345.7",
    ],
)
def test_a_wrong_identifier_is_found(uri: str) -> None:
    assert wrong(uri) is not None


@given(st.text(max_size=60))
def test_no_text_is_too_strange_to_be_looked_at(text: str) -> None:
    assert canonical(f"urn:epc:id:{text}")
    assert canonical(f"https://id.gs1.org/{text}")
    instance(text)


@pytest.mark.parametrize(
    ("uri", "one"),
    [
        ("urn:epc:id:sgtin:9520123.012345.7", True),
        ("urn:epc:class:lgtin:9520123.012345.7", False),
        ("https://id.gs1.org/01/09520123123452", False),
        ("https://id.gs1.org/01/09520123123452/10/L", False),
        ("https://id.gs1.org/00/095201230000000011", True),
        ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", True),
    ],
)
def test_a_class_of_things_is_told_from_one_thing(uri: str, *, one: bool) -> None:
    assert instance(uri) is one
