// Dragging with a mouse, a pen or a finger. A finger holds for a moment first, so that swiping still scrolls.
import { board, carrying, drop, hover, letGo, pick } from "./carry";

const STEP = 6; // pixels a mouse moves before it drags
const HOLD = 350; // milliseconds a finger rests before it drags
const SLIP = 10; // pixels a resting finger may tremble
const EDGE = 48; // pixels from the edge of the table where it scrolls along

interface Press {
  visit: HTMLElement;
  id: number;
  x: number;
  y: number;
  timer: number;
  touch: boolean;
}

let press: Press | null = null;
let dragged = false;

function visitAt(target: EventTarget | null): HTMLElement | null {
  const found = target instanceof Element ? target.closest<HTMLElement>("#board .tt-visit") : null;
  return found?.dataset.unit && board() ? found : null;
}

function cellAt(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>("#board .tt-half") ?? null;
}

function begin(): void {
  if (!press) return;
  dragged = true;
  void pick(press.visit);
}

function scrollAlong(x: number, y: number): void {
  const table = document.querySelector<HTMLElement>("#board .tt-scroll");
  if (!table) return;
  const box = table.getBoundingClientRect();
  if (x > box.right - EDGE) table.scrollLeft += 16;
  else if (x < box.left + EDGE) table.scrollLeft -= 16;
  if (y > window.innerHeight - EDGE) window.scrollBy(0, 16);
  else if (y < EDGE) window.scrollBy(0, -16);
}

function end(): void {
  if (press) window.clearTimeout(press.timer);
  press = null;
}

function onDown(event: PointerEvent): void {
  dragged = false;
  const visit = visitAt(event.target);
  if (!visit || event.button !== 0) return;
  const touch = event.pointerType === "touch";
  press = { visit, id: event.pointerId, x: event.clientX, y: event.clientY, timer: 0, touch };
  if (touch) press.timer = window.setTimeout(begin, HOLD);
}

function onMove(event: PointerEvent): void {
  if (!press || event.pointerId !== press.id) return;
  const away = Math.hypot(event.clientX - press.x, event.clientY - press.y);
  if (!dragged) {
    if (press.touch && away > SLIP) end();
    else if (!press.touch && away > STEP) begin();
    if (!dragged) return;
  }
  if (!carrying()) return;
  scrollAlong(event.clientX, event.clientY);
  hover(cellAt(event.clientX, event.clientY));
}

function onUp(event: PointerEvent): void {
  if (!press || event.pointerId !== press.id) return;
  end();
  if (dragged && carrying()) {
    hover(cellAt(event.clientX, event.clientY));
    void drop();
  }
}

export function pointer(): void {
  document.addEventListener("pointerdown", onDown);
  document.addEventListener("pointermove", onMove);
  document.addEventListener("pointerup", onUp);
  document.addEventListener("pointercancel", () => {
    end();
    if (dragged) letGo();
  });
  // While a finger carries a visit, the page must not scroll away under it.
  document.addEventListener("touchmove", (event) => press && dragged && event.preventDefault(), {
    passive: false,
  });
  document.addEventListener("dragstart", (event) => visitAt(event.target) && event.preventDefault());
  document.addEventListener("contextmenu", (event) => press?.touch && event.preventDefault());
  document.addEventListener(
    "click",
    (event) => {
      if (!dragged || !visitAt(event.target)) return;
      event.preventDefault();
      dragged = false;
    },
    true,
  );
}
