"""Every page of the site with a role that sees it; addresses are filled from the demonstration."""

from collections.abc import Mapping
from dataclasses import dataclass

SECRETARIAT, ADMINISTRATOR, LEADER = "secretariat", "administrator", "city_leader"
DEPARTMENT, HEAD, OFFICER, CHAIR = "department_officer", "team_head", "commune_officer", "commune_chair"
COUNTER, SPECIALIST, SIGNER, CLERK = "counter_officer", "specialist", "signer", "clerk"
MANAGER = "centre_manager"


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page: its address with places for values of the demonstration, and who opens it (None = nobody)."""

    path: str
    role: str | None = SECRETARIAT


PAGES: Mapping[str, SitePage] = {
    "ui:home": SitePage("/"),
    "ui:gallery": SitePage("/ui/gallery/", ADMINISTRATOR),
    "kernel:audit": SitePage("/audit/"),
    "accounts:sign-in": SitePage("/signin/", None),
    "accounts:profile": SitePage("/account/"),
    "accounts:password": SitePage("/account/password/"),
    "accounts:enrol": SitePage("/account/second-factor/"),
    "accounts:notices": SitePage("/notices/", OFFICER),
    "accounts:people": SitePage("/people/"),
    "accounts:person-new": SitePage("/people/new/"),
    "accounts:people-file": SitePage("/people/file/"),
    "accounts:person": SitePage("/people/{person}/"),
    "register:units": SitePage("/register/"),
    "register:unit": SitePage("/register/units/{unit}/"),
    "register:former-unit": SitePage("/register/before/{former_unit}/"),
    "register:districts": SitePage("/register/districts/"),
    "register:district": SitePage("/register/districts/760/"),
    "register:history": SitePage("/register/history/?on=2025-06-01&q=Ben+Nghe"),
    "register:map": SitePage("/register/map/", LEADER),
    "register:imports": SitePage("/register/imports/"),
    "register:import-attributes": SitePage("/register/imports/attributes/"),
    "register:import-boundaries": SitePage("/register/imports/boundaries/"),
    "register:import-report": SitePage("/register/imports/{import}/"),
    "campaign:plan": SitePage("/campaign/", LEADER),
    "campaign:area": SitePage("/campaign/areas/A4/", OFFICER),
    "campaign:indicators": SitePage("/campaign/indicators/"),
    "campaign:indicator": SitePage("/campaign/indicators/A4a.07/"),
    "campaign:questions": SitePage("/campaign/questions/"),
    "campaign:settings": SitePage("/campaign/settings/"),
    "campaign:nominations": SitePage("/campaign/nominations/", DEPARTMENT),
    "campaign:nomination-new": SitePage("/campaign/nominations/new/", DEPARTMENT),
    "campaign:nomination": SitePage("/campaign/nominations/{nomination}/"),
    "campaign:teams": SitePage("/campaign/teams/"),
    "campaign:team": SitePage("/campaign/teams/1/", HEAD),
    "campaign:registrations": SitePage("/campaign/registrations/"),
    "campaign:registration-own": SitePage("/campaign/registrations/own/", OFFICER),
    "campaign:registration": SitePage("/campaign/registrations/{unit}/"),
    "timetable:board": SitePage("/timetable/"),
    "timetable:list": SitePage("/timetable/list/"),
    "timetable:mine": SitePage("/timetable/mine/", HEAD),
    "timetable:solve": SitePage("/timetable/solve/"),
    "timetable:versions": SitePage("/timetable/versions/"),
    "timetable:replan": SitePage("/timetable/replan/"),
    "timetable:why": SitePage("/timetable/versions/1/why/"),
    "timetable:travel": SitePage("/timetable/travel/"),
    "timetable:scenarios": SitePage("/timetable/scenarios/"),
    "timetable:version": SitePage("/timetable/versions/1/"),
    "timetable:version-list": SitePage("/timetable/versions/1/list/"),
    "timetable:print": SitePage("/timetable/versions/1/print/"),
    "timetable:shortfall": SitePage("/timetable/versions/1/shortfall/"),
    "timetable:visit": SitePage("/timetable/versions/1/visits/{visited}/"),
    "timetable:team-day": SitePage("/timetable/versions/1/teams/1/2025-08-04/"),
    "questionnaire:mine": SitePage("/questionnaire/", OFFICER),
    "questionnaire:board": SitePage("/questionnaire/board/"),
    "questionnaire:queue": SitePage("/questionnaire/queue/", HEAD),
    "questionnaire:forms": SitePage("/questionnaire/forms/"),
    "questionnaire:report": SitePage("/questionnaire/reports/{visited}/"),
    "questionnaire:fill": SitePage("/questionnaire/reports/{unit}/fill/", OFFICER),
    "questionnaire:review": SitePage("/questionnaire/reports/{visited}/review/A0/", HEAD),
    "questionnaire:verify": SitePage("/questionnaire/reports/{visited}/verify/a0_05/", HEAD),
    "questionnaire:field": SitePage("/questionnaire/fields/a0_01/", LEADER),
    "questionnaire:figure": SitePage("/questionnaire/figures/{visited}/a0_01/", LEADER),
    "findings:difficulties": SitePage("/findings/difficulties/"),
    "findings:difficulty-new": SitePage("/findings/difficulties/new/", OFFICER),
    "findings:difficulty": SitePage("/findings/difficulties/1/"),
    "findings:practices": SitePage("/findings/practices/"),
    "findings:practice-new": SitePage("/findings/practices/new/", OFFICER),
    "findings:practice": SitePage("/findings/practices/{practice}/"),
    "findings:minutes-list": SitePage("/findings/minutes/"),
    "findings:minutes": SitePage("/findings/minutes/{closed}/0/"),
    "assessment:reports": SitePage("/reports/"),
    "assessment:report": SitePage("/reports/1/", LEADER),
    "assessment:area": SitePage("/reports/1/areas/A4/", LEADER),
    "assessment:map": SitePage("/reports/1/map/", LEADER),
    "assessment:compare": SitePage("/reports/1/compare/1/"),
    "assessment:ledger": SitePage("/reports/ledger/?area=A4a"),
    "onestop:work": SitePage("/onestop/work/", SPECIALIST),
    "onestop:receive": SitePage("/onestop/receive/?procedure=1.001193", COUNTER),
    "onestop:counter": SitePage("/onestop/counter/", COUNTER),
    "onestop:merged": SitePage("/onestop/merged/", ADMINISTRATOR),
    "onestop:dossier": SitePage("/onestop/dossiers/{dossier}/", SPECIALIST),
    "onestop:slips": SitePage("/onestop/slips/", COUNTER),
    "onestop:slip": SitePage("/onestop/slips/{slip}/", COUNTER),
    "onestop:to-sign": SitePage("/onestop/results/", SIGNER),
    "onestop:result": SitePage("/onestop/results/{signed}/", CLERK),
    "onestop:verify": SitePage("/onestop/verify/", None),
    "onestop:verify-issued": SitePage("/onestop/verify/{issued}/", None),
    "onestop:certificates": SitePage("/onestop/certificates/"),
    "onestop:procedures": SitePage("/onestop/procedures/"),
    "onestop:procedure": SitePage("/onestop/procedures/1.001193/", ADMINISTRATOR),
    "onestop:procedure-version": SitePage("/onestop/procedures/1.001193/version/", ADMINISTRATOR),
    "onestop:procedure-new": SitePage("/onestop/procedures/new/", ADMINISTRATOR),
    "onestop:procedures-import": SitePage("/onestop/procedures/import/", ADMINISTRATOR),
    "onestop:publications": SitePage("/onestop/procedures/publications/", MANAGER),
    "onestop:guides": SitePage("/onestop/guide/", None),
    "onestop:guide": SitePage("/onestop/guide/1.001193/", None),
    "onestop:centres": SitePage("/onestop/centres/"),
    "onestop:centre": SitePage("/onestop/centres/{centre}/", MANAGER),
    "onestop:centre-new": SitePage("/onestop/centres/new/?parent={centre}", ADMINISTRATOR),
    "onestop:centre-change": SitePage("/onestop/centres/{centre}/change/", ADMINISTRATOR),
    "onestop:counter-change": SitePage("/onestop/counters/{counter}/", MANAGER),
    "onestop:queue": SitePage("/onestop/queue/", COUNTER),
    "onestop:display": SitePage("/onestop/display/{centre}/", None),
    "onestop:kiosk": SitePage("/onestop/kiosk/{centre}/", None),
    "onestop:ticket": SitePage("/onestop/ticket/{ticket}/", None),
    "onestop:book": SitePage("/onestop/book/?centre={centre}", None),
    "onestop:calendar": SitePage("/onestop/calendar/", ADMINISTRATOR),
    "onestop:evidence": SitePage("/onestop/evidence/?start=2025-07-01&end=2025-07-31"),
    "onestop:evidence_body": SitePage(
        "/onestop/evidence/bodies/UBND-{unit}/?start=2025-07-01&end=2025-07-31"
    ),
    "onestop:evidence-dossiers": SitePage(
        "/onestop/evidence/dossiers/?start=2025-07-01&end=2025-07-31&measure=received&side=competent"
    ),
    "onestop:index": SitePage("/onestop/evidence/index/?start=2025-07-01&end=2025-07-31"),
    "onestop:index_body": SitePage("/onestop/evidence/index/UBND-{unit}/?start=2025-07-01&end=2025-07-31"),
    "onestop:track": SitePage("/onestop/track/", None),
    "onestop:apply": SitePage("/onestop/apply/1.004873/", None),
    "onestop:petition": SitePage("/onestop/petition/", None),
    "onestop:petitions": SitePage("/onestop/petitions/", MANAGER),
    "onestop:hooks": SitePage("/onestop/hooks/", ADMINISTRATOR),
    "onestop:import": SitePage("/onestop/import/", ADMINISTRATOR),
}

DRAFT_PAGES: Mapping[str, SitePage] = {  # there only while the calendar has a draft, here version 2
    "timetable:publish": SitePage("/timetable/versions/2/publish/"),
    "timetable:compare": SitePage("/timetable/compare/1/2/"),
    "timetable:version": SitePage("/timetable/versions/2/"),
    "timetable:visit": SitePage("/timetable/versions/2/visits/{visited}/"),
}

WALKED = {  # reached only by doing something first: the last tests of test_axe.py do it
    "kernel:job", "findings:difficulty-edit", "timetable:scenario", "timetable:scenario-add",
    "timetable:scenario-add-sweep",
    "accounts:second-factor", "accounts:factor-again", "accounts:recovery-codes",
    # and of test_onestop_journeys.py
    "onestop:applied", "onestop:tracked", "onestop:booked", "onestop:petitioned", "onestop:petition-answer",
    "onestop:hook", "onestop:import-check", "onestop:import-result", "onestop:calendar-change",
}  # fmt: skip

POST_ONLY = {
    "kernel:job-stop", "ui:language", "accounts:sign-out", "accounts:unenrol",
    "accounts:notices-read", "accounts:notice-read", "accounts:person-password",
    "campaign:state", "campaign:nominations-request", "campaign:nominations-hand-in",
    "campaign:nomination-check", "campaign:nomination-withdraw", "campaign:teams-form",
    "campaign:team-place", "campaign:registrations-remind", "campaign:registration-check",
    "timetable:pin", "timetable:remove", "timetable:drop", "timetable:check", "timetable:revise",
    "timetable:discard", "timetable:link", "timetable:revoke", "timetable:travel-remove", "timetable:why-ask",
    "timetable:scenario-again", "timetable:scenario-delete",
    "questionnaire:build", "questionnaire:sign", "questionnaire:take-back", "questionnaire:accept",
    "questionnaire:return", "questionnaire:confirm",
    "findings:difficulty-decide", "findings:minutes-draft", "findings:minutes-refresh",
    "findings:minutes-supplement", "assessment:make",
    "onestop:act", "onestop:assign", "onestop:calendar-days", "onestop:calendar-import", "onestop:centre-close",
    "onestop:centre-open", "onestop:certificate-revoke", "onestop:counter-add", "onestop:delivery-again",
    "onestop:fact-add", "onestop:forward", "onestop:hook-pause", "onestop:hook-replay", "onestop:hook-test",
    "onestop:new-secret", "onestop:outage-add", "onestop:procedure-publish", "onestop:procedure-reinstate",
    "onestop:procedure-withdraw", "onestop:queue-call", "onestop:queue-seat", "onestop:queue-step",
    "onestop:result-approve", "onestop:result-draft", "onestop:result-issue", "onestop:result-number",
    "onestop:result-sign", "onestop:scans", "onestop:track-confirm", "onestop:track-leave", "onestop:track-pay",
    "onestop:track-rate", "onestop:track-secret", "onestop:track-supplement", "onestop:track-withdraw",
    "onestop:unmask",
}  # fmt: skip

FILES_AND_FRAGMENTS = {
    "kernel:alive", "accounts:enrol-picture", "register:boundaries", "timetable:judge",
    "timetable:cells", "timetable:appendix", "timetable:scenarios-xlsx",
    "timetable:team-ics", "timetable:unit-ics", "timetable:feed", "questionnaire:workbook",
    "questionnaire:evidence", "findings:difficulties-export", "findings:minutes-file",
    "assessment:docx", "assessment:xlsx", "assessment:ledger-export",
    "onestop:attachment", "onestop:book-find", "onestop:evidence-export", "onestop:form", "onestop:petition-find",
    "onestop:procedures-export", "onestop:procedures-template", "onestop:register", "onestop:result-file",
    "onestop:result-preview", "onestop:slip-file", "onestop:track-result", "onestop:work-export",
}  # fmt: skip
