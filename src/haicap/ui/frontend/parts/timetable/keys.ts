// The same with keys: space picks a visit up, arrows carry it, space or enter puts it down, escape lets it go.
import { board, carrying, drop, hover, letGo, pick, target } from "./carry";

/** The cells as rows of half-days: a team's mornings in one, its afternoons in the next. */
function grid(root: HTMLElement): HTMLElement[][] {
  return [...root.querySelectorAll("tbody tr")].flatMap((row) => {
    const days = [...row.querySelectorAll(".tt-day")].map((day) => [
      ...day.querySelectorAll<HTMLElement>(".tt-half"),
    ]);
    return [0, 1].map((half) => days.map((day) => day[half]).filter((cell) => cell !== undefined));
  });
}

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

function step(root: HTMLElement, from: HTMLElement | null, key: string): void {
  const rows = grid(root);
  const [down, right] = STEPS[key] ?? [0, 0];
  const line = rows.findIndex((row) => from !== null && row.includes(from));
  const next =
    line < 0 || from === null ? rows[0]?.[0] : rows[line + down]?.[(rows[line]?.indexOf(from) ?? 0) + right];
  if (!next) return;
  hover(next);
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function onKey(event: KeyboardEvent): void {
  const root = board();
  if (!root || event.altKey || event.ctrlKey || event.metaKey) return;
  const visit = event.target instanceof Element ? event.target.closest<HTMLElement>(".tt-visit") : null;
  if (carrying()) {
    if (event.key === "Escape" || event.key === "Tab") letGo();
    else if (event.key in STEPS)
      step(root, target() ?? visit?.closest<HTMLElement>(".tt-half") ?? null, event.key);
    else if (event.key === " " || event.key === "Enter") void drop({ keep: true });
    else return;
    if (event.key !== "Tab") event.preventDefault();
  } else if (event.key === " " && visit?.dataset.unit && root.contains(visit)) {
    event.preventDefault();
    void pick(visit);
    hover(visit.closest<HTMLElement>(".tt-half"));
  }
}

export function keys(): void {
  document.addEventListener("keydown", onKey);
}
