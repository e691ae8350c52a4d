"""Sentences for what the loader decided or doubted."""

from django.utils.translation import gettext as _

from haicap.register.rules.succession import Note


def sentence_of(note: Note) -> str:
    """Return a note as a sentence in the current language."""
    texts = {
        "namesake_removed": _(
            "%(name)s (%(code)s, district %(district)s) is no predecessor of %(successor)s: "
            "the list confused it with a unit of the same name there"
        ),
        "not_divided": _(
            "%(name)s (%(code)s, district %(district)s) went whole to one successor: "
            "the list showed it as divided because of a unit of the same name"
        ),
        "namesakes_ambiguous": _(
            "AMBIGUOUS: %(name)s (%(code)s, district %(district)s) may or may not be a predecessor of "
            "%(successor)s; another unit of the same name is linked to it too"
        ),
        "crosses_provinces": _(
            "AMBIGUOUS: %(name)s (%(code)s, district %(district)s) and its successor %(successor)s "
            "come from different former provinces"
        ),
        "lost": _("AMBIGUOUS: %(name)s (%(code)s, district %(district)s) is left without a successor"),
        "district_by_code": _(
            "%(name)s (%(code)s) counts to former district %(district)s, whose unit's code it keeps, "
            "though more predecessors came from %(most)s"
        ),
        "far_centre": _("%(name)s (%(code)s): its centre in the list lies %(km)s km from every predecessor"),
    }
    return texts[note.kind] % {"code": note.code, **note.facts}
