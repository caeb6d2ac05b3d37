"""One more product is one more file and no code; a file that does not fit says where."""

from importlib import resources
from pathlib import Path

import pytest

from atmpflow.errors import Refused
from atmpflow.pathways import stages_of
from atmpflow.products.catalogue import load

FILES = resources.files("atmpflow.products")
KYMRIAH = FILES.joinpath("kymriah.toml").read_text(encoding="utf-8")

NEW = """
code = "newvec"
name = "Newvec"
inn = "novovec parvovec"
kind = "AAV8 vector"
pathway = "in-vivo"
licence = "none"
holder = "A university"
indication = "A rare disease, in a trial"
source = "Protocol NV-01, version 3"

[[eligibility]]
code = "age-years"
question = "Age in completed years"
low = 18
source = "Protocol NV-01, 5.1"

[storage]
state = "frozen"
high_c = -60.0
shelf_life_h = 8760
source = "Investigator's brochure NV-01, 3"

[[use_windows]]
begins = "thaw"
minutes = 360
source = "Pharmacy manual NV-01, 4"

[dose]
unit = "vector genomes"
low = 1e12
high = 1e12
per_kg = true
source = "Protocol NV-01, 6.1"

[monitoring]
days = 28
source = "Protocol NV-01, 7"

[follow_up]
years = 5
visits_day = [30, 90, 180, 365, 730, 1096, 1461, 1826]
source = "Protocol NV-01, 8"
"""


def _refused(folder: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        load(folder)
    assert refused.value.code == "product-file-invalid"
    return refused.value


def _folder(tmp_path: Path, name: str, text: str) -> Path:
    for file in FILES.iterdir():
        if file.name.endswith(".toml"):
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_one_more_file_is_one_more_product(tmp_path: Path):
    folder = _folder(tmp_path, "newvec.toml", NEW)
    known = load(folder)
    assert len(known) == len([file for file in folder.iterdir() if file.suffix == ".toml"])
    assert known["newvec"].follow_up.years == 5
    commands = [step.command.name for stage in stages_of(known["newvec"]) for step in stage.steps]
    assert "thaw-product" in commands


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path):
    (tmp_path / "README.md").write_text("not a product", encoding="utf-8")
    assert dict(load(tmp_path)) == {}


def test_a_wrong_figure_names_file_and_field(tmp_path: Path):
    refused = _refused(_folder(tmp_path, "newvec.toml", NEW.replace("8760", "0")))
    assert refused.field == "storage.shelf_life_h"
    assert "newvec.toml" in refused.message


def test_a_missing_source_names_file_and_field(tmp_path: Path):
    text = NEW.replace('source = "Protocol NV-01, 6.1"', "")
    refused = _refused(_folder(tmp_path, "newvec.toml", text))
    assert (refused.field, "newvec.toml" in refused.message) == ("dose.source", True)


def test_several_faults_are_counted(tmp_path: Path):
    text = NEW.replace("minutes = 360", "minutes = 0").replace("days = 28", "days = 0")
    assert "more after it" in _refused(_folder(tmp_path, "newvec.toml", text)).message


def test_what_is_not_toml_names_the_file(tmp_path: Path):
    assert _refused(_folder(tmp_path, "newvec.toml", "code = ")).field == "newvec.toml"


def test_a_file_under_another_name_than_its_code_is_refused(tmp_path: Path):
    refused = _refused(_folder(tmp_path, "kymriah-copy.toml", KYMRIAH))
    assert (refused.field, "kymriah-copy.toml" in refused.message) == ("code", True)
