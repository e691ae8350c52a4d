"""The home page puts the most urgent first."""

from datetime import date

from haicap.kernel.area import Task
from haicap.ui.tasks import grouped

TODAY = date(2025, 8, 20)


def test_tasks_are_grouped_by_how_soon_they_are_due():
    tasks = [
        Task(title="sau", url="/a/"),
        Task(title="tuần này", url="/b/", due=date(2025, 8, 27)),
        Task(title="hôm nay", url="/c/", due=TODAY),
        Task(title="gấp", url="/d/", urgent=True),
        Task(title="trễ", url="/e/", due=date(2025, 8, 19)),
    ]
    found = {group.key: [task.title for task in group.tasks] for group in grouped(tasks, today=TODAY)}
    assert found == {"late": ["trễ"], "now": ["hôm nay", "gấp"], "soon": ["tuần này"], "later": ["sau"]}
    assert list(found) == ["late", "now", "soon", "later"]


def test_groups_without_tasks_are_left_out():
    assert grouped([], today=TODAY) == []
