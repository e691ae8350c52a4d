"""Sentences of the form page's script, in the reader's language."""

from django.utils.translation import gettext as _


def page_texts() -> dict[str, str]:
    """Return the sentences by key; {name} marks what the script fills in."""
    return {
        "loading": _("Opening the form …"),
        "saved": _("Saved at {time}"),
        "saving": _("Saving …"),
        "kept": _(
            "No connection. Kept on this device at {time}; it is sent by itself as soon as there is a line."
        ),
        "refused": _("Not saved: {message}"),
        "signed_out": _(
            "You are signed out. Your answers are kept on this device; sign in again and open this page."
        ),
        "restored": _("Answers kept on this device were taken up again."),
        "merged": _("{person} also saved at {time}. Their answers and yours were put together."),
        "conflict_title": _("Two people answered the same question"),
        "conflict_lead": _(
            "{person} saved at {time} while you were writing. Choose for each question which answer stays."
        ),
        "conflict_mine": _("Your answer"),
        "conflict_theirs": _("The other answer"),
        "conflict_done": _("Keep these answers"),
        "blank": _("blank"),
        "left": _("{count} left"),
        "complete": _("complete"),
        "wrong": _("{count} to put right"),
        "required": _("required"),
        "clear": _("Clear the answer"),
        "not_whole": _("Write a whole number, for example 1.250."),
        "not_number": _("Write a number, for example 12,5."),
        "remove_file": _("Remove {name}"),
        "uploading": _("Sending {name}: {percent} %"),
        "file_kept": _("{name} is kept on this device and is sent as soon as there is a line."),
        "file_large": _(
            "{name} has {size} MB; at most {limit} MB are taken. Scan it at a lower resolution or split it."
        ),
        "file_failed": _("{name} was not taken: {message}"),
        "locked": _("This area was not returned to you and cannot be changed."),
        "returned": _("Returned to be completed: {reason}"),
        "submitted": _("The report is with the chair."),
        "failed": _("The form could not be opened: {message}"),
        "other_kind": _("This kind of question cannot be answered here; your answer is kept as it is."),
        "overall": _("{done} of {all} indicators answered"),
        "unsaved": _("Changes not saved yet"),
        "gone": _("The report was submitted meanwhile and cannot be changed now."),
    }
