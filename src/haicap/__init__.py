"""haicap: software for the two-tier local government of Ho Chi Minh City."""

__version__ = "0.1.0"
