"""The embedded PostgreSQL: it starts anywhere, keeps its data, and its roles cannot cross."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from atmpflow.errors import Refused
from deployments.cluster import LONGEST_SOCKET_PATH, SOCKET_NAME, prepared
from deployments.embedded import running_postgres
from deployments.roles import Databases, ensure_roles_and_databases, plain


@pytest.fixture(scope="module")
def databases(new_folder: Callable[[str], Path]) -> Iterator[Databases]:
    with running_postgres(new_folder("embedded")) as running:
        yield running


def as_role(databases: Databases, role: str, database: str) -> psycopg.Connection:
    assert databases.administrator is not None
    return psycopg.connect(plain(databases.administrator), user=role, dbname=database)


@pytest.mark.parametrize(
    ("role", "database"), [("prefect", "atmpflow"), ("atmpflow_app", "prefect")]
)
def test_a_role_cannot_enter_the_other_database(
    databases: Databases, role: str, database: str
) -> None:
    with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
        as_role(databases, role, database)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "SET ROLE atmpflow_owner",
    ],
)
def test_the_application_role_makes_nothing_and_becomes_nobody(
    databases: Databases, statement: str
) -> None:
    with as_role(databases, "atmpflow_app", "atmpflow") as connection:
        connection.autocommit = True
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_the_owner_makes_tables_with_exclusion_constraints(databases: Databases) -> None:
    with as_role(databases, "atmpflow_owner", "atmpflow") as connection:
        connection.execute(
            "CREATE TABLE slot (place int, at tstzrange,"
            " EXCLUDE USING gist (place WITH =, at WITH &&))"
        )
        connection.rollback()


def test_a_commit_waits_for_the_disk(databases: Databases) -> None:
    with as_role(databases, "atmpflow_app", "atmpflow") as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
            assert row == ("on",)


def test_setting_up_twice_changes_nothing(databases: Databases) -> None:
    assert databases.administrator is not None
    ensure_roles_and_databases(databases.administrator)
    with as_role(databases, "atmpflow_app", "atmpflow") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_restart_keeps_the_data_and_the_last_to_leave_stops_it(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as first:
        with running_postgres(tmp_path), as_role(first, "atmpflow_owner", "atmpflow") as owner:
            owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        as_role(first, "atmpflow_owner", "atmpflow").close()  # one of us is still inside
    with pytest.raises(psycopg.OperationalError):
        as_role(first, "atmpflow_owner", "atmpflow")
    with (
        running_postgres(tmp_path) as again,
        as_role(again, "atmpflow_owner", "atmpflow") as owner,
    ):
        assert owner.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_the_server_of_a_killed_process_is_taken_over_and_then_stopped(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from deployments.embedded import running_postgres\n"
        "with running_postgres(Path(sys.argv[1])): print('up', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        os.kill(process.pid, signal.SIGKILL)
    before = (tmp_path / "postgres" / "postmaster.pid").read_text()
    with running_postgres(tmp_path):
        assert (tmp_path / "postgres" / "postmaster.pid").read_text() == before
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_it_starts_below_a_closed_home_and_closes_its_own_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    state_dir = home / ".local" / "share" / "atmpflow"
    with running_postgres(state_dir) as databases:
        as_role(databases, "atmpflow_app", "atmpflow").close()
    assert home.stat().st_mode & 0o066 == 0, "nobody else may list or write the home"
    assert (state_dir / "postgres").stat().st_mode & 0o077 == 0


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    state_dir = tmp_path / "with a space" / ("x" * LONGEST_SOCKET_PATH)
    with running_postgres(state_dir) as databases:
        as_role(databases, "atmpflow_app", "atmpflow").close()
    cluster = prepared(state_dir)
    assert len(f"{cluster.socket_dir}{SOCKET_NAME}") <= LONGEST_SOCKET_PATH
    assert cluster.socket_dir.stat().st_mode & 0o077 == 0
    cluster.socket_dir.rmdir()


def test_data_of_another_major_version_is_refused_with_a_remedy(tmp_path: Path) -> None:
    cluster = prepared(tmp_path)
    (cluster.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(Refused) as refused:
        cluster.start()
    assert refused.value.code == "database-version"
    assert "15" in refused.value.message
    assert refused.value.remedy


def test_a_server_that_cannot_start_says_where_its_log_is(tmp_path: Path) -> None:
    with running_postgres(tmp_path):
        pass
    cluster = prepared(tmp_path)
    (cluster.data / "postgresql.auto.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(Refused) as refused, running_postgres(tmp_path):
        pass
    assert refused.value.code == "database-not-started"
    assert str(cluster.log) in refused.value.message


def test_a_start_that_was_cut_off_leaves_nothing_that_counts(tmp_path: Path) -> None:
    left = tmp_path / "postgres.new"
    left.mkdir()
    (left / "PG_VERSION").write_text("18\n")
    started = time.monotonic()
    with running_postgres(tmp_path):
        assert not left.exists()
    assert time.monotonic() - started < 30


def test_the_server_log_never_holds_the_values_of_a_failed_statement(databases: Databases) -> None:
    with psycopg.connect(plain(databases.owner), autocommit=True) as owner:
        owner.execute("CREATE TABLE told (number text PRIMARY KEY)")
        owner.execute("INSERT INTO told VALUES ('9990001014')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO told VALUES ('9990001014')")
        owner.execute("DROP TABLE told")
    with psycopg.connect(str(databases.administrator)) as administrator:
        folder = administrator.execute("SHOW data_directory").fetchone()

    assert folder is not None
    log = (Path(folder[0]) / "server.log").read_text(encoding="utf-8")
    assert "told_pkey" in log
    assert "9990001014" not in log
