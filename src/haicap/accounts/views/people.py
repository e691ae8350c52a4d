"""People: list, add, change, give a new password, bring a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from haicap.accounts import actions, queries
from haicap.accounts.files import read_people
from haicap.accounts.forms import PeopleFileForm, PersonForm
from haicap.accounts.views.guard import recent_factor
from haicap.kernel.access import ROLE_LABELS, Role, needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.tables import Faulty


@needs("accounts.person:read")
def people(request: Request) -> HttpResponse:
    """List the visible people."""
    asked = {name: request.GET.get(name, "").strip() for name in ("text", "body", "role")}
    rows = queries.search_people_for(actor=request.actor, **asked)
    context = {
        "page": page_of(rows, request),
        "asked": asked,
        "roles": [(role.value, ROLE_LABELS[role]) for role in Role],
    }
    return render(request, "accounts/people.html", context)


def _form(request: Request, *, is_new: bool, initial: dict[str, object]) -> PersonForm:
    return PersonForm(
        request.POST or None,
        initial=initial,
        bodies=queries.bodies_to_keep_for(actor=request.actor),
        with_roles=request.actor.may("accounts.person:roles"),
        is_new=is_new,
    )


@needs("accounts.person:write")
@recent_factor
def person_new(request: Request) -> HttpResponse:
    """Add a person."""
    form = _form(request, is_new=True, initial={"revision": 1})
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "revision"}
        try:
            person = actions.add_person(actor=request.actor, **values)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Added. Now give a first password, so that the person can sign in."))
            return redirect("accounts:person", person_id=person.pk)
    context = {"form": form, "person": None}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@needs("accounts.person:write")
@recent_factor
def person(request: Request, person_id: int) -> HttpResponse:
    """Show and change a person."""
    row = queries.person_for(actor=request.actor, person_id=person_id)
    initial = {
        name: getattr(row, name)
        for name in ("full_name", "username", "post", "level", "phone", "email", "is_active", "revision")
    }
    initial |= {"body": row.body.code, "roles": [held.role for held in row.roles.all()]}
    form = _form(request, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "username"}
        try:
            actions.change_person(actor=request.actor, person=row, **values)
        except Refusal as refusal:
            now = queries.person_for(actor=request.actor, person_id=person_id)
            form.add_refusal(refusal, revision=now.revision)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:person", person_id=row.pk)
    context = {"form": form, "person": row}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@needs("accounts.person:write")
@require_POST
@recent_factor
@never_cache
def person_password(request: Request, person_id: int) -> HttpResponse:
    """Give a person a new password, shown this once."""
    row = queries.person_for(actor=request.actor, person_id=person_id)
    made = actions.reset_password(actor=request.actor, person=row)
    return render(request, "accounts/new_password.html", {"person": row, "password": made})


@needs("accounts.person:write")
@recent_factor
def people_file(request: Request) -> HttpResponse:
    """Add people from a file: all of them, or none and every fault by row and column."""
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    faults: object = ()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            rows = read_people(upload.read(), name=upload.name)
            count = actions.add_people(actor=request.actor, rows=rows, name=upload.name)
        except Faulty as faulty:
            form.add_refusal(faulty)
            faults = faulty.faults
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("%(count)s people added.") % {"count": count})
            return redirect("accounts:people")
    context = {"form": form, "faults": faults}
    return render(request, "accounts/people_file.html", context, status=422 if form.errors else 200)
