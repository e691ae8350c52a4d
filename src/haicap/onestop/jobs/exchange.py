"""Webhooks sent, exports of other systems read."""

from haicap.kernel.jobs import every
from haicap.onestop.actions.sending import dispatch, forget, send
from haicap.onestop.actions.tries import sweep_tries


@every(5, name="onestop.hooks")
def tell() -> None:
    """Tell other systems what happened."""
    dispatch()
    send()


@every(3600, name="onestop.sweep")
def sweep() -> None:
    """Remove what nobody needs any more: old deliveries and tries."""
    forget()
    sweep_tries()
