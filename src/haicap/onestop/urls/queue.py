"""Queue tickets, appointments, the display and the kiosk."""

from django.urls import URLPattern, path

from haicap.onestop.views import queue

urlpatterns: list[URLPattern] = [
    path("queue/", queue.queue, name="queue"),
    path("queue/call/", queue.call, name="queue-call"),
    path("queue/counters/<int:pk>/", queue.seat, name="queue-seat"),
    path("queue/<int:pk>/<str:what>/", queue.step, name="queue-step"),
    path("display/<str:code>/", queue.display, name="display"),
    path("kiosk/<str:code>/", queue.kiosk, name="kiosk"),
    path("ticket/<str:key>/", queue.ticket, name="ticket"),
    path("book/", queue.book, name="book"),
    path("book/find/", queue.find_booking, name="book-find"),
    path("booked/<str:code>/", queue.booked, name="booked"),
]
