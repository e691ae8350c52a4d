"""Addresses of the visit calendar."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from haicap.timetable.views import board, edit, feeds, replan, scenarios, solving, travel, versions, why


class DayConverter(StringConverter):
    """A day as 2025-08-04."""

    regex = r"\d{4}-\d{2}-\d{2}"


register_converter(DayConverter, "day")

app_name = "timetable"
urlpatterns = [
    path("", board.current, name="board"),
    path("list/", board.current_list, name="list"),
    path("mine/", board.mine, name="mine"),
    path("solve/", solving.solve, name="solve"),
    path("versions/", versions.versions, name="versions"),
    path("versions/<int:version>/", board.version, name="version"),
    path("versions/<int:version>/list/", board.version_list, name="version-list"),
    path("versions/<int:version>/print/", board.printed, name="print"),
    path("versions/<int:version>/appendix.docx", board.appendix, name="appendix"),
    path("versions/<int:version>/shortfall/", solving.shortfall, name="shortfall"),
    path("versions/<int:version>/visits/<str:code>/", edit.visit, name="visit"),
    path("versions/<int:version>/visits/<str:code>/judge/", edit.judge, name="judge"),
    path("versions/<int:version>/visits/<str:code>/cells/", edit.cells, name="cells"),
    path("versions/<int:version>/visits/<str:code>/pin/", edit.pin, name="pin"),
    path("versions/<int:version>/visits/<str:code>/remove/", edit.remove, name="remove"),
    path("versions/<int:version>/move/", edit.drop, name="drop"),
    path("versions/<int:version>/teams/<int:number>/<day:day>/", board.team_day, name="team-day"),
    path("versions/<int:version>/check/", versions.check, name="check"),
    path("versions/<int:version>/publish/", versions.publish, name="publish"),
    path("versions/<int:version>/revise/", versions.revise, name="revise"),
    path("versions/<int:version>/discard/", versions.discard, name="discard"),
    path("compare/<int:before>/<int:after>/", versions.compare, name="compare"),
    path("versions/<int:version>/why/", why.why, name="why"),
    path("versions/<int:version>/why/ask/", why.ask, name="why-ask"),
    path("replan/", replan.replan, name="replan"),
    path("travel/", travel.travel, name="travel"),
    path("travel/remove/", travel.remove, name="travel-remove"),
    path("links/", feeds.make, name="link"),
    path("links/<int:feed_id>/revoke/", feeds.revoke, name="revoke"),
    path("teams/<int:number>/calendar.ics", feeds.team_file, name="team-ics"),
    path("units/<str:code>/calendar.ics", feeds.unit_file, name="unit-ics"),
    path("feed/<str:token>.ics", feeds.feed, name="feed"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/add/", scenarios.add, name="scenario-add"),
    path("scenarios/add-sweep/", scenarios.add_sweep, name="scenario-add-sweep"),
    path("scenarios/export.xlsx", scenarios.export, name="scenarios-xlsx"),
    path("scenarios/<int:scenario_id>/", scenarios.scenario, name="scenario"),
    path("scenarios/<int:scenario_id>/again/", scenarios.again, name="scenario-again"),
    path("scenarios/<int:scenario_id>/delete/", scenarios.delete, name="scenario-delete"),
]
