"""Pure decisions of the register: the national list, succession, attributes, boundaries, geometry."""
