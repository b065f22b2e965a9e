"""What Mailchimp reads in channels.toml."""

from __future__ import annotations

from pydantic import Field

from smm_cli.networks import _newsletter_tables


class Settings(_newsletter_tables.Settings):
    """`data_center`: what stands behind the last hyphen of your key. `audience`: its id. `from_name`, `reply_to`: whose mail it is.

    `footer`: HTML below each mail; it must offer a way out of the list.
    """

    data_center: str = Field(pattern=r"^[a-z]{2,4}[0-9]{1,4}$")
    audience: str
    from_name: str
    reply_to: str
    footer: str = '<p><a href="*|UNSUB|*">Unsubscribe</a> · *|LIST:ADDRESS|*</p>'
    api_version: str = "3.0"
