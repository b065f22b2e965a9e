"""Secrets in the keyring of this machine's user (Keychain, Secret Service, Windows): `keyring:SERVICE/USER`. Asked when first needed."""

from __future__ import annotations

from typing import Any

from smm_cli.accounts.masks import remember
from smm_cli.errors import ConfigError

SERVICE = "smm"
"""Under which service a login keeps what it got."""


def reference_for(calendar: str, channel: str, name: str = "") -> str:
    """Where a login keeps the secret `name` of a channel (empty: it has but one)."""
    return f"keyring:{SERVICE}/{calendar}/{channel}{f'/{name}' if name else ''}"


def read_keyring(place: str, name: str) -> str:
    """The secret at `place` (SERVICE/USER); `name` says whose it is. Raises ConfigError, never with the value."""
    service, user = place_of(place)
    found = _asked(name, lambda keyring: keyring.get_password(service, user))
    if found is None:
        raise ConfigError(f"{name}: the keyring has nothing at {place}", hint=made_by(name, " --keyring"), slug="secret-missing")
    return str(found)


def write_keyring(place: str, value: str, name: str) -> None:
    """Keep `value` at `place`, in the place of what was there. Raises ConfigError."""
    remember(value)
    service, user = place_of(place)
    _asked(name, lambda keyring: keyring.set_password(service, user, value))
    if _asked(name, lambda keyring: keyring.get_password(service, user)) != value:  # a backend that throws everything away
        raise ConfigError(f"{name}: the keyring of this machine does not keep what it is given", hint=_elsewhere(name), slug="keyring")


def usable(name: str) -> None:
    """Raises ConfigError where this machine has no keyring, or none that is open."""
    _asked(name, lambda keyring: keyring.get_password(SERVICE, "is anybody there"))


def made_by(name: str, how: str = "") -> str:
    """What brings the secret `name` there: of a channel (`toots`, `toots (token)`) a login, of a setting (`[ledger] url`) a person."""
    return (
        f"put it there, or let {name} name another place" if name.startswith("[") else f"smm channel login {name.split(maxsplit=1)[0]}{how}"
    )


def _elsewhere(name: str) -> str:
    return f"unlock it, or keep the secret elsewhere{'' if name.startswith('[') else f': {made_by(name)} without --keyring'}"


def place_of(place: str) -> tuple[str, str]:
    """Service and user of `SERVICE/USER`; a user may have slashes. Raises ConfigError."""
    service, slash, user = place.partition("/")
    if not slash or not service.strip() or not user.strip():
        raise ConfigError("keyring: must name a service and a user, such as keyring:smm/mastodon", slug="secret-reference")
    return service, user


def _asked(name: str, ask: Any) -> Any:
    """What the keyring answers. Its errors may hold what it was given, so that only their kind is told."""
    try:
        import keyring
        from keyring.errors import InitError, KeyringLocked, NoKeyringError
    except ImportError:
        raise ConfigError(
            f"{name}: keyring: needs a library that is not installed here", hint="pip install 'smm-cli[keyring]'", slug="no-keyring"
        ) from None
    why = ""
    try:
        return ask(keyring)
    except NoKeyringError:
        why = "this machine has no keyring that can be used (cron and servers have none)"
    except KeyringLocked:
        why = "the keyring is locked"
    except InitError:
        why = "the keyring cannot be opened"
    except Exception as error:  # a backend may raise what it likes (D-Bus, libraries of the system)
        why = f"the keyring failed: {type(error).__name__}"
    raise ConfigError(f"{name}: {why}", hint=_elsewhere(name), slug="keyring")
