"""Template filters of accounts."""

from django import template

from haicap.accounts.queries import KNOWN_ROLES
from haicap.kernel.access import ROLE_LABELS, Role

register = template.Library()


@register.filter
def role_label(role: str) -> str:
    """Return what a role is called; a string that is no role stands as it is, marked."""
    return str(ROLE_LABELS[Role(role)]) if role in KNOWN_ROLES else f"? {role}"
