"""Webhooks sent, exports of other systems read."""
