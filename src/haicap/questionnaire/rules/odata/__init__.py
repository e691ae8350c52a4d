"""OData as ODK Central speaks it, without a database: documents, rows, filters, paging.

Written from https://docs.oasis-open.org/odata/odata/v4.01/ and from how Central answers; readers that work with
Central (Excel, Power BI, ruODK, pyodk) work with this.
"""

from haicap.questionnaire.rules.odata.edmx import (
    entities_edmx,
    entities_service,
    submissions_edmx,
    submissions_service,
)
from haicap.questionnaire.rules.odata.filters import (
    Call,
    Compare,
    Expression,
    Join,
    Literal,
    Name,
    Not,
    parse,
)
from haicap.questionnaire.rules.odata.layout import Layout, TableLayout
from haicap.questionnaire.rules.odata.names import ODataError, identifier
from haicap.questionnaire.rules.odata.paging import Page, next_link, page_of, token_of
from haicap.questionnaire.rules.odata.rows import Rows
from haicap.questionnaire.rules.odata.select import ENTITY_SYSTEM, SUBMISSION_SYSTEM, Selection, selection

__all__ = [
    "ENTITY_SYSTEM", "SUBMISSION_SYSTEM", "Call", "Compare", "Expression", "Join", "Layout", "Literal", "Name", "Not",
    "ODataError", "Page", "Rows", "Selection", "TableLayout", "entities_edmx", "entities_service", "identifier",
    "next_link", "page_of", "parse", "selection", "submissions_edmx", "submissions_service", "token_of",
]  # fmt: skip
