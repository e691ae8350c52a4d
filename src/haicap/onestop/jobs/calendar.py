"""Due dates reckoned anew."""
