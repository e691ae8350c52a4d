"""OData's rules without a database: filters read as trees, names, tokens, layouts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.questionnaire.rules.odata import (
    Compare,
    Join,
    Layout,
    Literal,
    Name,
    Not,
    ODataError,
    identifier,
    next_link,
    page_of,
    parse,
    selection,
    token_of,
)
from haicap.questionnaire.rules.odata.filters import names_in
from haicap.questionnaire.rules.odata.names import distinct
from haicap.questionnaire.rules.schema import Field, Schema, Table


def test_or_binds_weaker_than_and_and_that_weaker_than_not() -> None:
    found = parse("a eq 1 or b eq 2 and not c eq 3")
    assert isinstance(found, Join) and found.operator == "or"
    assert isinstance(found.right, Join) and found.right.operator == "and"
    assert isinstance(found.right.right, Not)
    assert list(names_in(found)) == ["a", "b", "c"]


def test_texts_keep_their_quotes_and_words_inside() -> None:
    found = parse("a eq 'it''s (not) and or'")
    assert isinstance(found, Compare) and found.right == Literal("it's (not) and or")
    assert found.left == Name("a", 0)


@pytest.mark.parametrize(
    "text", ["", "a", "a eq", "a eq 1 )", "(a eq 1", "a eq 1 b eq 2", "a = 1", "eq 1", "2024-99-99 eq a"]
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(ODataError):
        parse(text)


@given(st.text(alphabet="ab()' eqandornotnull1$/_-,", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except ODataError as error:
        assert error.code in ("filter_unreadable", "filter_unsupported")


@given(st.text(min_size=1, max_size=30))
def test_identifiers_are_such(name: str) -> None:
    assert identifier(name).isidentifier() and identifier(name).isascii()


def test_names_that_would_be_one_are_told_apart() -> None:
    assert distinct(["tên", "tín", "t_n", "9a", "a b-c"]) == ["t_n", "t_n_2", "t_n_3", "_9a", "a_b_c"]


@given(st.integers(0, 2**62), st.integers(0, 2**31))
def test_tokens_are_read_as_they_were_written(after: int, row: int) -> None:
    assert page_of({"$skiptoken": token_of(after=after, row=row)}).token == {"after": after, "row": row}


@given(st.text(max_size=40))
def test_no_token_is_read_from_other_text(text: str) -> None:
    try:
        page_of({"$skiptoken": f"01{text}"})
    except ODataError as error:
        assert error.code == "skiptoken"


def test_a_page_reads_its_numbers() -> None:
    found = page_of({"$top": "5", "$skip": "7", "$count": "TRUE"})
    assert (found.top, found.skip, found.count) == (5, 7, True)
    assert page_of({"$top": "-1"}).top == 0
    assert page_of({"$skip": "7", "$skiptoken": token_of(after=3)}).skip == 0


def test_the_next_link_asks_the_same_from_the_token_on() -> None:
    link = next_link("http://x/F.svc/Submissions", {"$top": "2", "$skip": "4", "$filter": "a eq 'b'"}, "01x")
    assert link == "http://x/F.svc/Submissions?%24top=2&%24filter=a+eq+%27b%27&%24skiptoken=01x"


def _schema(*fields: Field, tables: tuple[Table, ...] = ()) -> Schema:
    root = Table(path="", column="")
    return Schema(form_id="f", version="1", root="data", title="", fields=fields, tables=(root, *tables))


def test_a_column_from_an_older_version_stands_where_it_stood() -> None:
    layout = Layout.of(
        _schema(
            Field(path="/new", name="new", type="group", column="/new"),
            Field(path="/new/x", name="x", type="int", column="/old/x"),
            Field(path="/new/y", name="y", type="string", column="/new/y"),
            Field(path="/kids", name="kids", type="repeat", column="/children"),
            Field(path="/kids/z", name="z", type="string", column="/children/zz", table="/kids"),
            tables=(Table(path="/kids", column="/children"),),
        )
    )
    root, kids = layout.tables
    assert [one.name for one in root.members] == ["old", "new", "children"]
    assert (kids.name, [one.name for one in kids.members]) == ("Submissions.children", ["zz"])
    assert kids.parent_property == "__Submissions-id"


def test_a_selection_takes_groups_whole_or_in_part() -> None:
    layout = Layout.of(
        _schema(
            Field(path="/g", name="g", type="group", column="/g"),
            Field(path="/g/a", name="a", type="int", column="/g/a"),
            Field(path="/g/b", name="b", type="int", column="/g/b"),
        )
    )
    table = layout.tables[0]
    (whole,) = selection("g", table=table).members(table.members)
    (part,) = selection("g/b,__id", table=table).members(table.members)
    assert [one.name for one in whole.members] == ["a", "b"]  # type: ignore[union-attr]
    assert [one.name for one in part.members] == ["b"]  # type: ignore[union-attr]
    for wrong in ("g/c", "h", "__system/none", "g/a/x"):
        with pytest.raises(ODataError):
            selection(wrong, table=table, system=("edits",))
