"""What the subcommands of `haicap timetable` do: on a campaign of the database, and on files."""
