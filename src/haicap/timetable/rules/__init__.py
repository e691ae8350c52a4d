"""The pure part of the timetable: the problem, the solver, the independent checker, the ways out."""
