"""What may be done with procedures, centres, queues and dossiers, and which roles may do it by default."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import COMMUNE_ROLES, SERVICE_ROLES, Role
from haicap.kernel.errors import Text

READ = "onestop.dossier:read"
RECEIVE = "onestop.dossier:receive"
PROCESS = "onestop.dossier:process"
APPROVE = "onestop.result:approve"
SIGN = "onestop.result:sign"
ISSUE = "onestop.result:issue"
RETURN = "onestop.result:return"
UNMASK = "onestop.applicant:unmask"
ASSIGN = "onestop.dossier:assign"
CATALOGUE_READ = "onestop.catalogue:read"
CATALOGUE_WRITE = "onestop.catalogue:write"
PUBLISH = "onestop.catalogue:publish"
CENTRE_READ = "onestop.centre:read"
CENTRE_WRITE = "onestop.centre:write"
COUNTER_WRITE = "onestop.counter:write"
QUEUE = "onestop.queue:work"
CALENDAR_READ = "onestop.calendar:read"
CALENDAR_WRITE = "onestop.calendar:write"
CERTIFICATE_READ = "onestop.certificate:read"
CERTIFICATE_WRITE = "onestop.certificate:write"
EVIDENCE = "onestop.evidence:read"
HOOK_WRITE = "onestop.hook:write"
IMPORT = "onestop.dossier:import"
FEEDBACK = "onestop.feedback:answer"

LABELS: Mapping[str, Text] = {
    READ: _("Read dossiers in which the own body has a part"),
    RECEIVE: _("Receive dossiers and requests at a counter"),
    PROCESS: _("Process dossiers: ask, consult, extend, stop, draft"),
    ASSIGN: _("Give dossiers to people"),
    APPROVE: _("Approve drafts of results"),
    SIGN: _("Sign results"),
    ISSUE: _("Number, seal and issue results"),
    RETURN: _("Return results at a counter"),
    UNMASK: _("See personal identifiers, each time recorded"),
    CATALOGUE_READ: _("Read the catalogue of procedures"),
    CATALOGUE_WRITE: _("Keep the catalogue of procedures"),
    PUBLISH: _("Record that procedures were published or posted"),
    CENTRE_READ: _("Read centres and their facts"),
    CENTRE_WRITE: _("Open, change and close centres"),
    COUNTER_WRITE: _("Keep counters, facts and outages of the own centre"),
    QUEUE: _("Call and serve queue tickets"),
    CALENDAR_READ: _("Read days off and what their changes moved"),
    CALENDAR_WRITE: _("Change days off and recompute due dates"),
    CERTIFICATE_READ: _("Read the register of digital certificates"),
    CERTIFICATE_WRITE: _("Keep the register of digital certificates"),
    EVIDENCE: _("Read figures computed from the ledger"),
    HOOK_WRITE: _("Keep webhooks"),
    IMPORT: _("Import dossiers of another system"),
    FEEDBACK: _("Answer petitions"),
}
_LOOK = frozenset({CATALOGUE_READ, CENTRE_READ, CALENDAR_READ})
_OFFICE = _LOOK | {READ}
DEFAULTS: Mapping[Role, frozenset[str]] = {
    **dict.fromkeys(Role, _LOOK),
    **dict.fromkeys(COMMUNE_ROLES, _OFFICE | {EVIDENCE, CERTIFICATE_READ, PUBLISH, FEEDBACK}),
    **dict.fromkeys(SERVICE_ROLES, _OFFICE),
    Role.COUNTER_OFFICER: _OFFICE | {RECEIVE, RETURN, QUEUE, UNMASK},
    Role.SPECIALIST: _OFFICE | {PROCESS, UNMASK},
    Role.SIGNER: _OFFICE | {APPROVE, SIGN, ASSIGN, EVIDENCE},
    Role.COMMUNE_CHAIR: _OFFICE | {APPROVE, SIGN, ASSIGN, EVIDENCE, CERTIFICATE_READ, PUBLISH, FEEDBACK},
    Role.CLERK: _OFFICE | {ISSUE, CERTIFICATE_READ},
    Role.CENTRE_MANAGER: _OFFICE
    | {ASSIGN, COUNTER_WRITE, QUEUE, EVIDENCE, PUBLISH, FEEDBACK, CERTIFICATE_READ, RECEIVE, RETURN},
    Role.CITY_LEADER: _LOOK | {EVIDENCE, CERTIFICATE_READ},
    Role.SECRETARIAT: _LOOK | {EVIDENCE, CERTIFICATE_READ},
    Role.ADMINISTRATOR: _LOOK
    | {
        CATALOGUE_WRITE,
        PUBLISH,
        CENTRE_WRITE,
        COUNTER_WRITE,
        CALENDAR_WRITE,
        CERTIFICATE_READ,
        CERTIFICATE_WRITE,
        EVIDENCE,
        HOOK_WRITE,
        IMPORT,
    },
}
