"""Where it runs and on what: every setting of a deployment, read once from the environment."""

from functools import cache
from pathlib import Path
from typing import Annotated, Self

import platformdirs
from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from atmpflow.errors import Refused
from models.keys import key_file_in
from models.passwords import DEFAULT_KIB
from tasks.anchors import where
from tasks.passport.key import key_file_in as passport_key_in

Directory = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """The settings of one installation; each is read from `ATMPFLOW_<NAME>`.

    The database URLs may carry a password and never show in a log or a traceback.
    """

    model_config = SettingsConfigDict(env_prefix="ATMPFLOW_", frozen=True, extra="ignore")

    state_dir: Directory = Field(
        default_factory=lambda: platformdirs.user_data_path("atmpflow"),
        title="State directory",
        description="Holds the embedded database, logs and the Prefect server's home.",
    )
    identity_key_file: Directory = Field(
        default_factory=lambda chosen: key_file_in(chosen["state_dir"]),
        title="Key of the identities",
        description="The master key that opens identities; keep a copy in a safe.",
    )
    anchor_key_file: Directory = Field(
        default_factory=lambda chosen: where.key_file_in(chosen["state_dir"]),
        title="Key of the anchors",
        description="Signs anchors; its public half lies beside it, with the ending .pub.",
    )
    passport_key_file: Directory = Field(
        default_factory=lambda chosen: passport_key_in(chosen["state_dir"]),
        title="Key of the passports",
        description="Signs passports; its public half lies beside it, with the ending .pub.",
    )
    anchor_dirs: str = Field(
        default_factory=lambda chosen: where.folders_in(chosen["state_dir"]),
        title="Folders of the anchors",
        description="Two or more, with the system's path separator between; on several disks.",
    )
    password_memory_kib: int = Field(
        default=DEFAULT_KIB,
        ge=32,
        le=4_194_304,
        title="Cost of a password, KiB",
        description="Memory that Argon2id takes for one password; the doctor warns below 19456.",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        title="Database of the application role",
        description="A PostgreSQL URL; left out, an embedded PostgreSQL is started.",
    )
    owner_database_url: str | None = Field(
        default=None,
        repr=False,
        title="Database of the owner role",
        description="Used to migrate only; needed beside `database_url`.",
    )
    prefect_database_url: str | None = Field(
        default=None,
        repr=False,
        title="Database of the Prefect server",
        description="Needed beside `database_url` unless `prefect_api_url` is set.",
    )
    prefect_api_url: str | None = Field(
        default=None,
        title="Prefect API",
        description="Address of a running Prefect server (ends with /api); else one is started.",
    )
    prefect_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        title="Port of the Prefect server",
        description="0 keeps the port of the last start, or chooses a free one.",
    )
    http_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        title="Port of the HTTP interface",
        description="0 keeps the port of the last start, or chooses a free one.",
    )
    mqtt_url: str | None = Field(
        default=None,
        title="MQTT broker",
        description="mqtt://HOST:PORT, or mqtts:// with TLS; left out, nothing listens.",
    )
    mqtt_topic: str = Field(
        default="atmpflow/readings/#",
        title="MQTT topic",
        description="Where loggers' systems publish batches of readings.",
    )
    mqtt_account: str | None = Field(
        default=None,
        title="Account of the broker",
        description="The courier's account under which readings from the broker come in.",
    )
    mqtt_client_id: str = Field(
        default="atmpflow",
        min_length=1,
        title="MQTT client id",
        description="Names our session at the broker, which keeps messages while we are away.",
    )
    mqtt_username: str | None = Field(default=None, title="Name at the broker")
    mqtt_password: str | None = Field(default=None, repr=False, title="Password at the broker")
    mqtt_ca_file: Directory | None = Field(
        default=None,
        title="Certificates that the broker's is held against",
        description="PEM; left out, those of the system.",
    )
    mqtt_certificate_file: Directory | None = Field(
        default=None, title="Our certificate at the broker", description="PEM; with its key."
    )
    mqtt_key_file: Directory | None = Field(default=None, title="Key of our certificate")
    work_pool: str = Field(
        default="journeys",
        title="Work pool",
        description="The Prefect work pool whose runs the in-process worker takes.",
    )
    worker_limit: int = Field(
        default=20,
        ge=1,
        title="Runs at once",
        description="How many flow runs one worker process carries at the same time.",
    )
    worker_grace_s: float = Field(
        default=30,
        ge=0,
        title="Grace at the end, in seconds",
        description="How long running flows may go on after the worker was told to stop.",
    )

    gs1_company_prefix: str | None = Field(
        default=None,
        pattern=r"^[0-9]{4,12}$",
        title="GS1 company prefix",
        description="Four to twelve digits from GS1; labels then carry each unit's GIAI, too.",
    )

    @model_validator(mode="after")
    def _a_real_server_needs_each_role(self) -> Self:
        if self.database_url is None:
            return self
        if self.owner_database_url is None:
            raise _missing("owner_database_url", "it migrates the tables")
        if self.prefect_database_url is None and self.prefect_api_url is None:
            raise _missing("prefect_database_url", "the Prefect server keeps its own database")
        return self


def _missing(field: str, reason: str) -> Refused:
    return Refused(
        code="setting-missing",
        field=field,
        message=f"A database server is named, but not ATMPFLOW_{field.upper()}: {reason}.",
        remedy=f"Set ATMPFLOW_{field.upper()}, or unset ATMPFLOW_DATABASE_URL.",
    )


@cache
def settings() -> Settings:
    """The settings of this process, read from the environment once.

    Raises `Refused` (setting-missing) when a real database server is only half described.
    """
    return Settings()
