// A visit in the hand: picked up by mouse, finger or key, judged over every half-day, put down or let go.
import { toast } from "../toast";
import { word } from "../words";
import { keyOf, mark, unmark, verdictsOf } from "./verdicts";
import type { Verdicts } from "./verdicts";

interface Held {
  code: string;
  name: string;
  visit: HTMLElement;
  verdicts: Verdicts | null;
  target: HTMLElement | null;
}

let held: Held | null = null;

export function board(): HTMLElement | null {
  return document.querySelector<HTMLElement>('#board[data-editable="yes"]');
}

export function carrying(): boolean {
  return held !== null;
}

export function target(): HTMLElement | null {
  return held?.target ?? null;
}

/** Show a sentence at the foot of the page; it is a live region, so it is read out too. */
function say(text: string, kind = ""): void {
  const place = document.getElementById("board-says");
  if (!place) return;
  place.dataset.kind = kind;
  if (place.textContent !== text) place.textContent = text;
}

function token(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
}

function text(root: HTMLElement, name: string, values: Record<string, string> = {}): string {
  return (root.dataset[name] ?? "").replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

/** Take a visit in the hand and ask what it could do everywhere. */
export async function pick(visit: HTMLElement): Promise<void> {
  const root = board();
  const code = visit.dataset.unit;
  if (!root || !code) return;
  letGo();
  const name = visit.dataset.name ?? visit.textContent?.trim() ?? code;
  const mine: Held = { code, name, visit, verdicts: null, target: null };
  held = mine;
  visit.classList.add("tt-held");
  root.classList.add("tt-carrying");
  say(text(root, "textPicked", { unit: name }));
  try {
    const verdicts = await verdictsOf(root, code);
    if (held !== mine) return;
    mine.verdicts = verdicts;
    mark(root, verdicts);
    if (mine.target) hover(mine.target);
  } catch {
    if (held !== mine) return;
    letGo();
    toast(word("lost"), "danger");
  }
}

/** Bring the visit over a half-day (null: over nothing) and say what dropping it there would do. */
export function hover(cell: HTMLElement | null): void {
  const root = board();
  if (!held || !root) return;
  if (held.target !== cell) {
    held.target?.classList.remove("tt-over");
    cell?.classList.add("tt-over");
  }
  held.target = cell;
  if (!cell) return say(text(root, "textPicked", { unit: held.name }));
  const where = cell.dataset.label ?? "";
  const verdict = held.verdicts?.get(keyOf(cell));
  if (!verdict) return say(`${where}: ${text(root, "textWait")}`);
  const kind = verdict.here ? "here" : verdict.allowed ? "allowed" : "broken";
  const sign = { here: "•", allowed: "✓", broken: "✕" }[kind];
  say(`${sign} ${where}: ${verdict.sentence}`, kind);
}

export function letGo(): void {
  const root = board();
  if (root) {
    unmark(root);
    root.classList.remove("tt-carrying");
  }
  held?.visit.classList.remove("tt-held");
  held = null;
  say("");
}

async function send(
  root: HTMLElement,
  code: string,
  cell: HTMLElement,
  swap: boolean,
): Promise<string | null> {
  const values = new URLSearchParams({
    unit: code,
    team: cell.dataset.team ?? "",
    slot: cell.dataset.slot ?? "",
    swap: swap ? "on" : "",
    revision: root.dataset.revision ?? "",
  });
  const answer = await fetch(root.dataset.moveUrl ?? "", {
    method: "POST",
    body: values,
    headers: { "X-CSRFToken": token(), "HX-Request": "true" },
  });
  const body = await answer.text();
  if (answer.ok) {
    toast(body, "success");
    return body;
  }
  const parsed = new DOMParser().parseFromString(body, "text/html");
  toast(parsed.querySelector("[data-refusal]")?.textContent?.trim() || word("lost"), "danger");
  return null;
}

/** Fetch the page again and put the board and its figures in place of the old ones. */
async function refresh(code: string): Promise<void> {
  const scrolled = document.querySelector<HTMLElement>("#board .tt-scroll")?.scrollLeft ?? 0;
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser()
    .parseFromString(await answer.text(), "text/html")
    .getElementById("board-area");
  const area = document.getElementById("board-area");
  if (!answer.ok || !fresh || !area) return window.location.reload();
  area.replaceWith(fresh);
  window.htmx.process(fresh);
  window.htmx.trigger(fresh, "htmx:load", { elt: fresh });
  const table = document.querySelector<HTMLElement>("#board .tt-scroll");
  if (table) table.scrollLeft = scrolled;
  document
    .querySelector<HTMLElement>(`#board .tt-visit[data-unit="${CSS.escape(code)}"]`)
    ?.focus({ preventScroll: true });
}

/** Put the visit down where it is; a half-day that breaks a rule keeps it in the hand of the keyboard. */
export async function drop({ keep = false } = {}): Promise<void> {
  const root = board();
  const cell = held?.target;
  if (!root || !held || !cell || !held.verdicts) return letGo();
  const verdict = held.verdicts.get(keyOf(cell));
  const { code } = held;
  if (verdict && !verdict.allowed) {
    if (keep) return;
    const sentence = `${cell.dataset.label ?? ""}: ${verdict.sentence}`;
    letGo();
    return toast(sentence, "warning");
  }
  letGo();
  if (verdict?.here) return;
  root.setAttribute("aria-busy", "true");
  try {
    const moved = await send(root, code, cell, verdict?.swap ?? cell.dataset.taken === "yes");
    if (moved !== null) await refresh(code);
  } catch {
    toast(word("lost"), "danger");
  } finally {
    root.removeAttribute("aria-busy");
  }
}
