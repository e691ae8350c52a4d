"""The demonstration as a Django app."""

from haicap.kernel.area import AreaConfig


class DemoConfig(AreaConfig):
    name = "haicap.demo"
    label = "demo"
