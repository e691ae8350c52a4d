"""What `haicap onestop` can do, one module for each noun."""
