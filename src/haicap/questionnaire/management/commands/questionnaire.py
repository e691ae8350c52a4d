"""haicap questionnaire build | load FILE.xlsx | save FILE.xlsx | status | forms | publish FILE |
export FORM_ID --out FILE | datasets WHAT | quality"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from haicap.campaign.queries import campaign_for, current_campaign_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Refusal
from haicap.kernel.tables import Faulty
from haicap.questionnaire import actions, queries
from haicap.questionnaire.actions.entities import sync_register
from haicap.questionnaire.actions.export import export_submissions
from haicap.questionnaire.actions.forms import publish_file
from haicap.questionnaire.queries.collect import form_of
from haicap.questionnaire.queries.definitions import definitions_for, warnings_of
from haicap.questionnaire.queries.entities import datasets_for
from haicap.questionnaire.queries.quality import form_quality_for, questions_for
from haicap.questionnaire.rules.export import FORMATS, Options
from haicap.questionnaire.rules.states import ORDER
from haicap.questionnaire.texts.quality import form_reason, reason


class Command(BaseCommand):
    """Make, load and save the form; tell how reporting stands."""

    help = "Make the questionnaire from the plan, load an edited workbook, or tell how reporting stands."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the verbs."""
        parser.add_argument("--campaign", default="", help="code of the campaign; the open one by default")
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("build", help="make the form from the plan and publish it")
        for verb, text in (
            ("load", "publish an edited workbook"),
            ("save", "write the published workbook to a file"),
        ):
            verbs.add_parser(verb, help=text).add_argument("file", type=Path)
        verbs.add_parser("status", help="areas by state")
        verbs.add_parser("forms", help="the forms of the campaign with their versions")
        publish = verbs.add_parser(
            "publish", help="publish a workbook or XForm, as a new form or its next version"
        )
        publish.add_argument("file", type=Path)
        publish.add_argument("--form-id", default="", help="id of a workbook whose settings give none")
        publish.add_argument(
            "--version", dest="form_version", default="", help="instead of the workbook's own"
        )
        publish.add_argument("--media", type=Path, help="folder with the files the form asks for")
        publish.add_argument(
            "--same",
            action="append",
            default=[],
            metavar="NEW=OLD",
            help="paths of questions that are the same one",
        )
        datasets = verbs.add_parser(
            "datasets", help="fill the follow-through lists from the register, or list them"
        )
        datasets.add_argument("what", choices=["sync", "list"])
        export = verbs.add_parser("export", help="write the submissions of a form to a file")
        export.add_argument("form_id")
        export.add_argument("--format", choices=FORMATS, default="csv")
        export.add_argument("--out", type=Path, required=True)
        export.add_argument("--labels", action="store_true", help="questions and choices in words")
        export.add_argument("--split", action="store_true", help="a column for each of several choices")
        export.add_argument("--language", default="vi")
        quality = verbs.add_parser("quality", help="figures worth a question, the most striking first")
        quality.add_argument("--form", default="", help="id of a form; the reports of the units by default")
        quality.add_argument("--area", default="", help="code of a content area")
        quality.add_argument("--limit", type=int, default=50, help="at most so many (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; a refusal ends with its sentence and every fault on its line."""
        try:
            code = options["campaign"]
            campaign = campaign_for(actor=SYSTEM, code=code) if code else current_campaign_for(actor=SYSTEM)
            getattr(self, f"_{options['verb']}")(campaign, options)
        except Faulty as faulty:
            for fault in faulty.faults:
                self.stderr.write(str(fault))
            raise CommandError(str(faulty.message)) from faulty
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from refusal

    def _build(self, campaign: Any, options: dict[str, Any]) -> None:
        form = actions.build_form(actor=SYSTEM, campaign=campaign)
        self.stdout.write(_("Form version %(version)s is published.") % {"version": form.number})

    def _load(self, campaign: Any, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %(name)s.") % {"name": path})
        form, extra = actions.load_form(
            actor=SYSTEM, campaign=campaign, raw=path.read_bytes(), name=path.name
        )
        self.stdout.write(_("Form version %(version)s is published.") % {"version": form.number})
        if extra:
            text = _("Questions the plan does not have are kept in the reports only: %(names)s")
            self.stdout.write(text % {"names": ", ".join(extra)})

    def _save(self, campaign: Any, options: dict[str, Any]) -> None:
        form = queries.form_for(actor=SYSTEM, campaign=campaign)
        with form.source.open("rb") as source:
            options["file"].write_bytes(source.read())
        self.stdout.write(str(options["file"]))

    def _forms(self, campaign: Any, options: dict[str, Any]) -> None:
        for row in definitions_for(actor=SYSTEM, campaign=campaign, archived=True):
            version = row.published.version if row.published else "-"
            draft = "draft" if row.draft else ""
            counted = "" if row.submissions is None else str(row.submissions)
            self.stdout.write(
                "\t".join([row.form.form_id, row.form.state, version, draft, counted, row.form.title])
            )

    def _publish(self, campaign: Any, options: dict[str, Any]) -> None:
        path, folder = options["file"], options["media"]
        if not path.is_file():
            raise CommandError(_("There is no file %(name)s.") % {"name": path})
        given = sorted(folder.iterdir()) if folder else []
        row = publish_file(
            actor=SYSTEM,
            campaign=campaign,
            raw=path.read_bytes(),
            name=path.name,
            fallback_form_id=options["form_id"],
            version=options["form_version"],
            same_as=dict(pair.partition("=")[::2] for pair in options["same"]),
            files={one.name: one.read_bytes() for one in given if one.is_file()},
        )
        text = _("Version %(version)s of %(form)s is published.")
        self.stdout.write(text % {"version": row.version or "-", "form": row.form.form_id})
        for one in warnings_of(version=row):
            place = ":".join(str(part) for part in (one.sheet, one.row, one.column) if part)
            self.stderr.write(f"{place}: {one.message}" if place else one.message)

    def _export(self, campaign: Any, options: dict[str, Any]) -> None:
        form = form_of(actor=SYSTEM, campaign=campaign, form_id=options["form_id"])
        wanted = Options(**{name: options[name] for name in ("format", "labels", "split", "language")})
        found = export_submissions(actor=SYSTEM, form=form, options=wanted)
        with options["out"].open("wb") as target:
            found.write(target, report=lambda done, of: self.stderr.write(f"{done}/{of}"))
        self.stdout.write(f"{options['out']} {found.count}")

    def _datasets(self, campaign: Any, options: dict[str, Any]) -> None:
        if options["what"] == "sync":
            for done in sync_register(actor=SYSTEM, campaign=campaign):
                self.stdout.write(f"{done.dataset.name}\t+{done.created}\t~{done.changed}")
            return
        for row in datasets_for(actor=SYSTEM, campaign=campaign):
            self.stdout.write(f"{row.name}\t{row.count}\t{row.changed_at:%Y-%m-%dT%H:%M:%S%z}")

    def _status(self, campaign: Any, options: dict[str, Any]) -> None:
        totals = queries.totals_for(actor=SYSTEM, campaign=campaign)
        self.stdout.write("\t".join(["", *ORDER]))
        for area, counts in totals.by_area.items():
            self.stdout.write("\t".join([area, *(str(counts[state]) for state in ORDER)]))

    def _quality(self, campaign: Any, options: dict[str, Any]) -> None:
        limit = max(options["limit"], 0)
        if options["form"]:
            form = form_of(actor=SYSTEM, campaign=campaign, form_id=options["form"])
            result = form_quality_for(actor=SYSTEM, form=form)
            for one in result.questions[:limit]:
                place = one.fault.place if one.fault else one.field.path if one.field else ""
                why = form_reason(one, language=(get_language() or "vi")[:2])
                self.stdout.write("\t".join([one.submission.instance_id, place, why]))
            return
        for row in questions_for(actor=SYSTEM, campaign=campaign, area=options["area"])[:limit]:
            key = row.field.key if row.field else row.area.code
            self.stdout.write("\t".join([f"{row.finding.weight:.1f}", row.unit.code, key, reason(row)]))
