"""What a form asks, and what a filled form says, whoever made the form.

`Schema.of(xform)` reads any XForm that pyxform makes or ODK clients accept; `Reader(schema)` reads filled forms made
with it; `read_submission(xml)` opens a filled form without trust and says which form, version and identity it names.
XForms as ODK understands them: https://getodk.github.io/xforms-spec/.
"""

from haicap.questionnaire.rules.instance import Envelope, InstanceError, read_submission
from haicap.questionnaire.rules.schema.fields import Choice, Entity, Field, Media, Table, in_language
from haicap.questionnaire.rules.schema.form import Schema
from haicap.questionnaire.rules.schema.reader import Reader
from haicap.questionnaire.rules.schema.values import Point, points, typed
from haicap.questionnaire.rules.schema.xform import XFormError

__all__ = [
    "Choice", "Entity", "Envelope", "Field", "InstanceError", "Media", "Point", "Reader", "Schema", "Table",
    "XFormError", "in_language", "points", "read_submission", "typed",
]  # fmt: skip
