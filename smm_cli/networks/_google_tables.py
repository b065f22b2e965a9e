"""What all of Google's networks read in channels.toml, mostly in `[networks.<network>]`, once for all channels."""

from __future__ import annotations

from smm_cli.networks._table import Table


class GoogleSettings(Table):
    """`client_id` of your app in the Google Cloud console; its `client_secret` is a secret beside it. `redirect_uri`: only where
    the app is of the kind *web* and has a fixed one.
    """

    client_id: str = ""
    redirect_uri: str = ""
