import pytest
from django.core.management import CommandError, call_command

from haicap.kernel.access import SYSTEM
from haicap.kernel.audit import record, snapshot, verify
from haicap.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain():
    for n in range(5):
        record(
            actor=SYSTEM, action="test.done", subject=f"thing:{n}", before={"n": n}, after={"tên": "Thạnh An"}
        )
    return list(AuditEntry.objects.order_by("-sequence")[:5])


def test_a_whole_chain_verifies(chain):
    assert verify().faults == ()
    assert verify().head == chain[0].digest


def test_an_altered_entry_is_named(chain):
    AuditEntry.objects.filter(pk=chain[2].pk).update(after={"tên": "Thanh An"})
    assert f"altered entry {chain[2].sequence}" in verify().faults[0]


def test_an_altered_time_or_actor_is_found(chain):
    AuditEntry.objects.filter(pk=chain[1].pk).update(actor_name="someone else")
    assert len(verify().faults) == 1


def test_a_removed_entry_is_named(chain):
    gone = chain[2].sequence
    chain[2].delete()
    assert verify().faults[0] == f"missing entries {gone} to {gone}"


def test_a_cut_tail_is_found(chain):
    chain[0].delete()
    assert "cut off" in verify().faults[0]


def test_an_entry_resealed_by_hand_breaks_the_link_of_the_next(chain):
    from haicap.kernel import audit

    entry = chain[2]
    entry.after = {"tên": "khác"}
    entry.digest = audit._digest(entry)
    entry.save()
    assert "does not follow" in verify().faults[0]


def test_the_command_fails_on_a_broken_chain_and_on_another_head(chain, capsys):
    call_command("audit", "verify")
    assert "whole" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("audit", "verify", "--expect", "0" * 64)
    chain[1].delete()
    with pytest.raises(CommandError):
        call_command("audit", "verify")


def test_a_snapshot_leaves_secrets_out(person):
    values = snapshot(person("secretariat"))
    assert "password" not in values and values["username"] == "secretariat-0"


def test_an_entry_rolls_back_with_its_action():
    from django.db import transaction

    before = verify().entries
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(actor=SYSTEM, action="test.done", subject="thing:1")
        _ = 1 / 0
    assert verify().entries == before and verify().faults == ()
