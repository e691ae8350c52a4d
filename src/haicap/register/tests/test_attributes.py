"""Files of population and seat addresses, good and bad."""

import codecs
import unicodedata

import pytest

from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.kernel.tables import Faulty
from haicap.register.actions import import_attributes
from haicap.register.actions.attributes import MAX_ROWS
from haicap.register.models import ImportReport
from haicap.register.rules.attributes import read_whole_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(importer):
    def take(text, *, encoding="utf-8"):
        raw = text if isinstance(text, bytes) else text.encode(encoding)
        return import_attributes(actor=importer, source=raw, name="units.csv")

    return take


def _statuses(done):
    return [outcome.status for outcome in done.outcomes]


def test_what_matches_is_kept_and_what_does_not_is_reported_by_row(take, current):
    done = take("code,population,seat_address\n26740,47022,45 Lê Duẩn\n99999,1,Nowhere\n")
    unit = current("26740")
    assert (unit.population, unit.seat_address, unit.revision) == (47022, "45 Lê Duẩn", 2)
    assert done.report.counts == {"changed": 1, "unknown_code": 1}
    assert [(row["line"], row["status"]) for row in done.report.rows] == [(3, "unknown_code")]


def test_taking_the_same_file_again_changes_nothing(take, current):
    text = "code,population\n26740,47022\n"
    take(text)
    assert _statuses(take(text)) == ["unchanged"]
    assert current("26740").revision == 2


def test_thanh_an_for_the_code_of_thạnh_an_is_reported_and_never_merged(take, current):
    done = take("code,name,population\n27676,Xã Thanh An,5\n25807,Thạnh An,6\n27676,Xã Thạnh An,7000\n")
    assert _statuses(done) == ["name_differs", "name_differs", "changed"]
    assert done.report.rows[0]["facts"] == {"given": "Xã Thanh An", "expected": "Xã Thạnh An"}
    assert current("27676").population == 7000
    assert current("25807").population is None


def test_names_in_nfd_match_and_addresses_are_stored_in_nfc(take, current):
    text = unicodedata.normalize("NFD", "code,name,seat_address\n27676,Xã Thạnh An,Ấp Thạnh Hòa\n")
    assert _statuses(take(text)) == ["changed"]
    assert current("27676").seat_address == unicodedata.normalize("NFC", "Ấp Thạnh Hòa")


def test_swapped_columns_are_seen(take, current):
    done = take("code,population,seat_address\n26740,45 Lê Duẩn,47022\n")
    assert _statuses(done) == ["swapped"]
    done = take("name,code,population\n26740,Phường Sài Gòn,47022\n")
    assert _statuses(done) == ["swapped"]
    assert current("26740").population is None


def test_cells_that_start_like_a_formula_are_not_stored(take, current):
    done = take(
        'code,population,seat_address\n26740,1,"=HYPERLINK(""http://x"")"\n26737,=1+1,\n26743,2,@SUM(A1)\n'
    )
    assert _statuses(done) == ["formula"] * 3
    assert current("26740").seat_address == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_unicode_encodings_are_read(take, current, encoding):
    done = take("code;population;seat_address\n26740;47.022;45 Lê Duẩn\n", encoding=encoding)
    assert _statuses(done) == ["changed"]
    assert current("26740").seat_address == "45 Lê Duẩn"


def test_a_windows_file_is_read_and_its_encoding_is_named(take, current):
    decomposed = "".join(
        part
        for char in "Xã Thạnh An"
        for part in (char if _fits(char) else unicodedata.normalize("NFD", char))
    )
    raw = codecs.encode(f"code,name,population\n27676,{decomposed},7000\n", "windows-1258")
    done = take(raw)
    assert done.report.encoding == "windows-1258"
    assert _statuses(done) == ["changed"]
    assert current("27676").population == 7000


def _fits(char):
    try:
        char.encode("windows-1258")
    except UnicodeEncodeError:
        return False
    return True


def test_garbled_names_are_reported_and_not_taken(take, current):
    garbled = "code,name,population\n27676,Xã Thạnh An,7000\n".encode().decode("latin-1")
    assert _statuses(take(garbled)) == ["name_differs"]
    assert current("27676").population is None


def test_200000_rows_are_read_within_bounds_and_the_report_stays_small(take, current):
    rows = "\n".join(f"{number:05d},{number + 1}" for number in range(200_000))
    done = take(f"code,population\n{rows}\n")
    assert len(done.outcomes) == 200_000
    assert done.report.counts["changed"] == 168
    assert len(done.report.rows) == 5000
    assert done.report.rows_left_out == 200_000 - 168 - 5000
    assert current("26740").population == 26741


def test_more_rows_than_that_are_refused_with_the_limit(take):
    with pytest.raises(Refused) as refused:
        take("code,population\n" + "1,1\n" * (MAX_ROWS + 1))
    assert refused.value.code == "table.too_many_rows"
    assert not ImportReport.objects.exists()


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("26740,-5,", "not_a_number"),
        ("26740,0,", "out_of_bounds"),
        ("26740,99999999,", "out_of_bounds"),
        ("26740,12.5,", "not_a_number"),
        ("26740,,", "nothing_given"),
        ("2674,5,", "code_zeros"),
        ("VN-26740,5,", "code_shape"),
        (f"26740,,{'a' * 301}", "too_long"),
    ],
)
def test_a_bad_row_says_why(take, row, status):
    assert _statuses(take(f"code,population,seat_address\n{row}\n")) == [status]


def test_of_two_rows_with_one_code_the_first_counts(take, current):
    assert _statuses(take("code,population\n26740,1\n26740,2\n")) == ["changed", "code_twice"]
    assert current("26740").population == 1


def test_a_blank_cell_leaves_what_is_there(take, current):
    take("code,population,seat_address\n26740,5,Here\n")
    take("code,population,seat_address\n26740,,There\n")
    assert (current("26740").population, current("26740").seat_address) == (5, "There")


def test_a_file_without_the_columns_is_refused(take):
    with pytest.raises(Faulty):
        take("ma,dan_so\n26740,1\n")
    with pytest.raises(Refused, match="population"):
        take("code,name\n26740,Phường Sài Gòn\n")


def test_the_import_leaves_an_audit_entry(take):
    take("code,population\n26740,1\n")
    assert AuditEntry.objects.latest("sequence").action == "register.attributes.imported"


def test_only_those_who_may_import_can(reader):
    with pytest.raises(NotAllowed):
        import_attributes(actor=reader, source=b"code,population\n26740,1\n", name="x.csv")


@pytest.mark.parametrize("text", ["65023", "65.023", "65,023", "65 023", "65\u00a0023"])
def test_thousands_are_read_however_they_are_marked(text):
    assert read_whole_number(text) == 65023


@pytest.mark.parametrize("text", ["6.50.23", "65.02", "1,5", "", "abc", "-1", "1e3", "٦٥", "1.234,567"])
def test_what_is_not_a_whole_number_is_not_read_as_one(text):
    assert read_whole_number(text) is None


def test_the_reference_file_of_communes_gives_all_168_their_population(importer, shared, current):
    path = shared / "data/communes-2025.csv"
    done = import_attributes(actor=importer, source=path, name=path.name)
    assert done.report.counts["changed"] == 168
    assert done.report.counts.keys() == {"changed", "unknown_code"}
    from haicap.register.models import Unit

    people = Unit.objects.filter(level="commune", valid_to=None).values_list("population", flat=True)
    assert sum(count or 0 for count in people) == 14_544_929
