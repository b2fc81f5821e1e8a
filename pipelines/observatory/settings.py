"""Where everything lives and how it runs: `SEISMOGRAPH_*` from the environment or `.env`, typed, in one place.

Secrets are `SecretStr` and come only from here. What a study covers is not a setting: that is the panel.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines import UserMistake
from pipelines.home import LOCK_SECONDS, Home
from pipelines.panel import panel_id_of


class SettingsError(UserMistake):
    """Some variable `SEISMOGRAPH_*` has a value that cannot be used; the message names each."""


class Settings(BaseSettings):
    """The settings of a process. A source's base URL is `SEISMOGRAPH_<SOURCE>_URL`, for every source that fetches."""

    model_config = SettingsConfigDict(env_prefix="SEISMOGRAPH_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Path(".seismograph")
    panel: Path | None = None
    contact: str = ""
    allow_smaller: bool = False
    restricted_days: int = Field(default=30, ge=0)
    lock_seconds: float = Field(default=LOCK_SECONDS, ge=0)
    pseudonym_key: SecretStr | None = None
    seed: int = 1

    @property
    def panel_id(self) -> str | None:
        """The id of the panel that is read: `panel` is its folder or the id itself; None where none is set.

        Raises:
            PanelError: the folder's `panel.toml` cannot be read.
        """
        if self.panel is None or not self.panel.is_dir():
            return None if self.panel is None else str(self.panel)
        return panel_id_of(self.panel)

    @property
    def user_agent(self) -> str:
        """How requests introduce themselves; `contact` (an address or a page) makes services answer more kindly."""
        return f"seismograph/{version('seismograph')}" + (f" (+{self.contact})" if self.contact else "")

    def key_of_pseudonyms(self) -> bytes:
        """Returns the key of pseudonyms: the setting's first 64 bytes, else the one that this home keeps."""
        if self.pseudonym_key:
            return self.pseudonym_key.get_secret_value().encode()[:64]
        return Home(self.home).pseudonym_key()

    def told(self) -> dict[str, str]:
        """Returns the settings that a release states: those that its numbers may depend on, none of them secret."""
        return {"seed": str(self.seed), "restricted_days": str(self.restricted_days)}

    def base_url(self, source: str, default: str) -> str:
        """Returns the base URL of a source: the setting, else the live service."""
        name = f"SEISMOGRAPH_{source.upper()}_URL"
        return (os.environ.get(name) or dotenv_values(".env").get(name) or default).rstrip("/")


def read_settings() -> Settings:
    """Reads the settings from the environment and `.env`.

    Raises:
        SettingsError: naming every variable that has no possible value.
    """
    try:
        return Settings()
    except ValidationError as error:
        mistakes = (f"SEISMOGRAPH_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise SettingsError("\n".join(mistakes)) from None
