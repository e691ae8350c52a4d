import pytest

from haicap.kernel.errors import Conflict
from haicap.kernel.revision import claim
from haicap.register.models import Unit


@pytest.mark.django_db
def test_the_second_to_save_is_told():
    unit = Unit.objects.filter(level="commune")[0]
    again = Unit.objects.get(pk=unit.pk)
    claim(unit, revision=1)
    with pytest.raises(Conflict) as caught:
        claim(again, revision=1)
    assert unit.revision == 2
    assert caught.value.details["revision"] == 2
