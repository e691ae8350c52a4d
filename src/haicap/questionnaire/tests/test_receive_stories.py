"""Any story of sending, repeating, editing, reviewing, deleting and closing ends as a simple model says."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refusal
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.models import Edit, Form, Submission
from haicap.questionnaire.tests.collecting import Paper, assign, make_device, make_form, new_id

PICK = st.integers(0, 10**6)
TEXT = st.sampled_from(("", "a", "b"))


@dataclass
class Known:
    """A submission as it should be: its editions in order, the first as it was received."""

    editions: list[Paper] = field(default_factory=list)
    state: str = "received"
    is_deleted: bool = False


class Stories(RuleBasedStateMachine):
    """A device, a form, and what should have become of everything sent."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[Known] = []
        self.is_closed = False

    @initialize()
    def begin(self) -> None:
        """Make a form of its own for each story."""
        campaign = Campaign.objects.all()[0]
        self.form = make_form(campaign, form_id=new_id()[5:], unit_question="")
        key = make_device(campaign)
        assign(self.form, key=key)
        permissions = frozenset({"questionnaire.submission:fill"})
        self.actor = Actor(person_id=None, name="máy", key_id=key.pk, permissions=permissions)
        self.key = key

    def paper(self, **facts: str) -> Paper:
        """Return a filled form of the form at hand."""
        given: dict[str, Any] = {"form_id": self.form.form_id, "instance": new_id()} | facts
        return Paper(**given)

    def send(self, paper: Paper) -> str:
        """Send a filled form; return what became of it, or the number of the refusal."""
        try:
            receipt = receive(actor=self.actor, form=self.form, xml=paper.xml(), key=self.key)
        except Refusal as refusal:
            return str(refusal.details["number"])
        return "new" if receipt.is_new else "edit" if receipt.is_edit else "again"

    def pick(self, number: int) -> Known:
        """Return one of the submissions."""
        return self.known[number % len(self.known)]

    @rule(text=TEXT)
    def send_new(self, text: str) -> None:
        """A filled form nobody sent before."""
        paper = self.paper(unit=text)
        assert self.send(paper) == ("409.2" if self.is_closed else "new")
        if not self.is_closed:
            self.known.append(Known(editions=[paper]))

    @precondition(lambda self: self.known)
    @rule(which=PICK, edition=PICK)
    def repeat(self, which: int, edition: int) -> None:
        """Exactly what was sent before, the first time or as an edit."""
        one = self.pick(which)
        paper = one.editions[edition % len(one.editions)]
        assert self.send(paper) == ("409.18" if one.is_deleted else "again")

    @precondition(lambda self: self.known)
    @rule(which=PICK)
    def send_other_bytes(self, which: int) -> None:
        """Other answers under an identity that is here."""
        one = self.pick(which)
        wanted = "409.18" if one.is_deleted else "409.3"
        assert self.send(self.paper(instance=one.editions[0].instance, unit="khác")) == wanted

    @precondition(lambda self: self.known)
    @rule(which=PICK, text=TEXT)
    def edit(self, which: int, text: str) -> None:
        """An edit of what is current."""
        one = self.pick(which)
        paper = self.paper(deprecated=one.editions[-1].instance, unit=text)
        shut = self.is_closed and one.state != "has_issues"
        wanted = "409.18" if one.is_deleted else "409.2" if shut else "edit"
        assert self.send(paper) == wanted
        if wanted == "edit":
            one.editions.append(paper)
            one.state = "edited"

    @precondition(lambda self: any(len(one.editions) > 1 for one in self.known))
    @rule(which=PICK, edition=PICK)
    def edit_what_was_edited_since(self, which: int, edition: int) -> None:
        """An edit of an older edition."""
        old = [one for one in self.known if len(one.editions) > 1]
        one = old[which % len(old)]
        before = one.editions[edition % (len(one.editions) - 1)].instance
        assert self.send(self.paper(deprecated=before)) == ("409.18" if one.is_deleted else "409.9")

    @rule()
    def edit_what_is_not_here(self) -> None:
        """An edit of what nobody sent."""
        assert self.send(self.paper(deprecated=new_id())) == "404.5"

    @precondition(lambda self: self.known)
    @rule(which=PICK, state=st.sampled_from(("has_issues", "approved", "rejected")))
    def review(self, which: int, state: str) -> None:
        """A decision of a reviewer."""
        one = self.pick(which)
        one.state = state
        Submission.objects.filter(form=self.form, instance_id=one.editions[0].instance).update(state=state)

    @precondition(lambda self: self.known)
    @rule(which=PICK)
    def delete_or_restore(self, which: int) -> None:
        """Taken away, or brought back."""
        one = self.pick(which)
        one.is_deleted = not one.is_deleted
        at = timezone.now() if one.is_deleted else None
        Submission.objects.filter(form=self.form, instance_id=one.editions[0].instance).update(deleted_at=at)

    @rule()
    def close_or_open(self) -> None:
        """The form takes nothing more, or again."""
        self.is_closed = not self.is_closed
        self.form.state = Form.State.CLOSED if self.is_closed else Form.State.OPEN

    @invariant()
    def is_as_it_should_be(self) -> None:
        """Every submission is there once, with its newest content and all it was before."""
        if not hasattr(self, "form"):
            return
        rows = Submission.objects.filter(form=self.form).order_by("pk")
        assert [row.instance_id for row in rows] == [one.editions[0].instance for one in self.known]
        edits: dict[int, list[Edit]] = {}
        for edit in Edit.objects.filter(form=self.form).order_by("submission", "number"):
            edits.setdefault(edit.submission_id, []).append(edit)
        for row, one in zip(rows, self.known, strict=True):
            assert row.xml.encode() == one.editions[-1].xml()
            assert (row.current_id, row.state) == (one.editions[-1].instance, one.state)
            assert row.edits == len(one.editions) - 1
            history = [edit.xml.encode() for edit in edits.get(row.pk, [])]
            assert history == ([paper.xml() for paper in one.editions] if row.edits else [])


@pytest.mark.django_db
def test_any_story_ends_as_the_model_says(campaign: Campaign) -> None:
    run_state_machine_as_test(Stories, settings=settings(max_examples=15, stateful_step_count=20))
