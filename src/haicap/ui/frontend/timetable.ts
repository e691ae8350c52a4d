// The board of the visit calendar: a visit is dragged or carried by keys to another half-day, each judged on the way.
import { keys } from "./parts/timetable/keys";
import { pointer } from "./parts/timetable/pointer";

if (document.getElementById("board-area")) {
  pointer();
  keys();
}
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
