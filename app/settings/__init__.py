"""Everything a process is told from outside; read in runtime, sge and migrations only."""

from app.settings.settings import PREFIX, Settings, SettingsMistake, load_settings

__all__ = ["PREFIX", "Settings", "SettingsMistake", "load_settings"]
