"""Documents that strangers hand in to be verified: counted for each address, looked at, not kept."""

import hashlib

from haicap.documents.signature import Verdict
from haicap.onestop.actions.queue import HOUR
from haicap.onestop.actions.tries import scope_of, take_try
from haicap.onestop.models import IssuedDocument
from haicap.onestop.queries import signing as queries

MOST_PER_HOUR = 120


def verify_upload(*, content: bytes, address: str) -> tuple[Verdict, IssuedDocument | None]:
    """Return what a file's signatures are worth, and the document it is where it was issued here; raises Refused."""
    take_try(scope=scope_of(purpose="verify", value=address), most=MOST_PER_HOUR, window=HOUR)
    digest = hashlib.sha256(content).hexdigest()
    return queries.verdict_of(content=content), queries.document_of(sha256=digest)
