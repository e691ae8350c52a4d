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
        "by": _("by {day}"),
        **control_texts(),
    }


def control_texts() -> dict[str, str]:
    """Return the sentences of the controls of a form."""
    return {
        "guidance": _("More about this question"),
        "not_allowed": _("This answer is not allowed here."),
        "not_year": _("Write a year, for example 2025."),
        "not_month": _("Choose a month and a year."),
        "scan": _("Scan the code"),
        "scan_hold": _("Hold the code before the camera."),
        "no_camera": _("There is no camera to use. Type the code."),
        "close": _("Close"),
        "latitude": _("Latitude"),
        "longitude": _("Longitude"),
        "use_position": _("Use my position"),
        "add_point": _("Add a point"),
        "remove_point": _("Remove point {number}"),
        "finding_position": _("Finding your position …"),
        "position_found": _("Position taken, exact to {metres} m."),
        "no_position": _("The position was not found. Allow it in the browser, or type it."),
        "not_geopoint": _("Write latitude and longitude in degrees, for example 10.7769 and 106.7009."),
        "not_geotrace": _("A line needs at least two points with latitude and longitude in degrees."),
        "not_geoshape": _("An area needs at least three points with latitude and longitude in degrees."),
        "choose": _("Choose"),
        "search_choices": _("Search in the list"),
        "keep_order": _("Keep this order"),
        "move_up": _("Move {name} up"),
        "move_down": _("Move {name} down"),
        "moved_to": _("{name} is now number {number}"),
        "scale": _("Scale"),
        "not_on_scale": _("Write a number from {min} to {max}."),
        "confirm": _("I confirm"),
        "remove_answer_file": _("Remove the file"),
        "file_empty": _("The file is empty."),
        "file_elsewhere": _("{name} is on another device or with the server."),
        "picture_below": _("Choose the picture to write on"),
        "sign_here": _("Sign here"),
        "draw_here": _("Draw here"),
        "write_on_picture": _("Write on the picture"),
        "or_type": _("Or type it"),
        "begin_anew": _("Begin anew"),
        "add_row": _("Add: {name}"),
        "remove_row": _("Remove"),
        "row": _("{name} {number}"),
        "part": _("Part {number}"),
    }


def list_texts() -> dict[str, str]:
    """Return the sentences of the list of forms, of the queue and of handing in."""
    return {
        "overall": _("{done} of {all} questions answered"),
        "failed": _("The form could not be opened: {message}"),
        "signed_out": _(
            "You are signed out. What you filled in is kept on this device; sign in again and it is sent."
        ),
        "needs_line": _("To correct what was handed in, a line is needed the first time."),
        "draft_gone": _("This draft is neither on this device nor with the server."),
        "frozen": _(
            "This form is being sent and cannot be changed now. Once it is received you can correct it."
        ),
        "no_store": _("This browser does not keep answers on the device. Hand in while you have a line."),
        "merged": _("{person} also saved at {time}, on another device. Both were put together."),
        "conflict_title": _("The same question was answered on two devices"),
        "conflict_lead": _(
            "{person} saved at {time} elsewhere. Choose for each question which answer stays."
        ),
        "to_put_right": _("Put this right before handing in"),
        "refused_before": _("This form was refused; put it right and hand it in again."),
        "state_draft": _("On this device"),
        "state_server": _("On the server, begun on another device"),
        "state_queued": _("On this device, waiting to be sent"),
        "state_sending": _("Sending …"),
        "state_received": _("Received, receipt {receipt}"),
        "state_refused": _("Refused: {reason}"),
        "to_my_forms": _("To my forms"),
        "another": _("Fill in another one"),
        "correct": _("Correct"),
        "go_on": _("Go on"),
        "fill_in": _("Fill in this form"),
        "open_report": _("Open my report"),
        "my_report": _("The report of my unit"),
        "throw_away": _("Throw away"),
        "throw_away_sure": _("Throw away what was filled in? This cannot be undone."),
        "no_forms": _("No form is assigned to you yet. The secretariat assigns forms; they then stand here."),
        "no_line": _("No line. What you hand in is sent by itself as soon as there is one."),
        "due": _("by {day}"),
        "late": _("late: was due on {day}"),
        "version": _("version {version}"),
        "kept_here": _("on this device"),
        "not_kept_here": _("not on this device yet"),
        "answered": _("{done} of {all} answered"),
        "saved_on": _("saved {time}"),
        "unnamed": _("without a name"),
    }
