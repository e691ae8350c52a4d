// The parts of a form beside each other: which one is open, what is left in each, what is to put right.
import type { View } from "./controls";
import { el, say } from "./page";

export interface Count {
  done: number;
  all: number;
  wrong: number;
}

export interface Panel {
  readonly id: string; // of its element, without the beginning "area-"
  readonly title: string;
  readonly root: HTMLElement;
  readonly relevant: boolean;
  readonly views: View[];
  draw(): void;
  show(visible: boolean): void;
  update(): void;
  count(): Count;
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Draws the panels, the way between them, and the look ahead. */
export class Sections<P extends Panel> {
  panels: P[] = [];
  current = 0;
  private drawing = 0;

  constructor(private readonly deadline: string) {
    byId("previous-area").addEventListener("click", () => this.step(-1));
    byId("next-area").addEventListener("click", () => this.step(1));
    byId("next-open").addEventListener("click", () => this.toNext());
  }

  set(panels: P[]): void {
    this.panels = panels;
    byId("form-areas").replaceChildren(...panels.map((panel) => panel.root));
    byId("area-nav").replaceChildren(...panels.map((panel, number) => this.entry(panel, number)));
    byId("form-body").classList.toggle("form-alone", panels.length < 2);
    for (const panel of panels) panel.draw();
    this.go(Math.min(this.current, panels.length - 1), false);
    this.counts();
  }

  private entry(panel: P, number: number): HTMLElement {
    const link = el("a", {
      class: "list-group-item list-group-item-action area-link",
      href: `#area-${panel.id}`,
    });
    link.append(
      el("span", { class: "area-link-name" }, panel.title),
      el("span", { class: "area-link-left" }),
    );
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.go(number, true);
    });
    return el("li", {}, link);
  }

  private entryOf(number: number): HTMLElement | null {
    return (byId("area-nav").children[number] as HTMLElement | undefined) ?? null;
  }

  private neighbour(by: number): number {
    for (let at = this.current + by; at >= 0 && at < this.panels.length; at += by)
      if (this.panels[at]?.relevant) return at;
    return -1;
  }

  private step(by: number): void {
    const at = this.neighbour(by);
    if (at >= 0) this.go(at, true);
  }

  go(number: number, focus: boolean): void {
    this.current = Math.max(0, Math.min(number, this.panels.length - 1));
    this.panels.forEach((panel, at) => {
      panel.show(at === this.current);
      const link = this.entryOf(at)?.firstElementChild;
      if (at === this.current) link?.setAttribute("aria-current", "step");
      else link?.removeAttribute("aria-current");
      link?.classList.toggle("active", at === this.current);
    });
    this.buttons();
    const panel = this.panels[this.current];
    if (!panel) return;
    panel.update();
    history.replaceState(null, "", `${location.search}#area-${panel.id}`);
    if (!focus) return;
    panel.root.focus({ preventScroll: true });
    panel.root.scrollIntoView({ block: "start" });
  }

  private buttons(): void {
    const alone = this.panels.filter((panel) => panel.relevant).length < 2;
    for (const [id, by] of [
      ["previous-area", -1],
      ["next-area", 1],
    ] as const) {
      const button = byId(id) as HTMLButtonElement;
      button.hidden = alone;
      button.disabled = this.neighbour(by) < 0;
    }
  }

  /** Opens the part the address names. */
  open(hash: string): void {
    const wanted = this.panels.findIndex((panel) => hash === `#area-${panel.id}`);
    this.go(Math.max(wanted, 0), false);
  }

  /** An answer changed: redraws in the next frame. */
  changed(): void {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.panels[this.current]?.update();
      this.counts();
    });
  }

  counts(): void {
    const sum: Count = { done: 0, all: 0, wrong: 0 };
    this.panels.forEach((panel, at) => {
      const entry = this.entryOf(at);
      if (entry) entry.hidden = !panel.relevant;
      const count = panel.count();
      sum.done += count.done;
      sum.all += count.all;
      sum.wrong += count.wrong;
      const place = entry?.querySelector<HTMLElement>(".area-link-left");
      if (place) this.mark(place, count);
    });
    this.buttons();
    byId("overall").textContent = say("overall", { done: sum.done, all: sum.all });
    const bar = byId("overall-bar") as HTMLProgressElement;
    bar.max = sum.all || 1;
    bar.value = sum.done;
    this.ahead(sum);
  }

  private mark(place: HTMLElement, count: Count): void {
    const left = count.all - count.done;
    const state = count.wrong ? "wrong" : left ? "left" : "complete";
    const text = count.wrong
      ? say("wrong", { count: count.wrong })
      : left
        ? say("left", { count: left })
        : say("complete");
    if (place.textContent !== text) place.textContent = text;
    place.dataset.state = state;
  }

  /** What is left, what is red, by when. */
  private ahead(sum: Count): void {
    const left = sum.all - sum.done;
    const parts = [];
    if (sum.wrong) parts.push(say("wrong", { count: sum.wrong }));
    if (left) parts.push(say("left", { count: left }));
    if (!parts.length) parts.push(say("complete"));
    if (this.deadline) parts.push(say("by", { day: this.deadline.split("-").reverse().join("/") }));
    const text = parts.join(" · ");
    const place = byId("look-ahead");
    if (place.textContent !== text) place.textContent = text;
    place.dataset.state = sum.wrong ? "wrong" : left ? "left" : "complete";
    (byId("next-open") as HTMLButtonElement).hidden = !left && !sum.wrong;
  }

  /** Goes to what is red first, then to what is not answered yet, from here on and round again. */
  toNext(): void {
    const order = this.panels.map((_, at) => (this.current + at) % this.panels.length);
    for (const key of ["wrong", "left"] as const) {
      for (const at of order) {
        const panel = this.panels[at];
        if (!panel?.relevant) continue;
        const count = panel.count();
        if (!(key === "wrong" ? count.wrong : count.all - count.done)) continue;
        this.go(at, true);
        const view = panel.views.find((one) => isOpen(one, key));
        if (view) reveal(view);
        return;
      }
    }
  }

  viewNamed(panel: number, name: string): View | undefined {
    return this.panels[panel]?.views.find((one) => one.name === name);
  }

  /** Shows every complaint, also where the person never was. */
  touchAll(): void {
    for (const panel of this.panels) {
      panel.draw();
      for (const view of panel.views) view.touched = true;
      panel.update();
    }
  }
}

function isOpen(view: View, key: "wrong" | "left"): boolean {
  const state = view.node.currentState;
  const isQuestion = view.root.dataset.kind !== undefined && view.node.nodeType !== "note";
  if (!isQuestion || !state.relevant || state.readonly) return false;
  if (key === "wrong") {
    const valid = view.node.validationState;
    return "violation" in valid && valid.violation?.condition === "constraint";
  }
  return "instanceValue" in state && state.instanceValue === "" && view.root.isConnected;
}

export function reveal(view: View): void {
  view.root.scrollIntoView({ block: "center" });
  view.focus();
}

/** Says beside the bar whether the answers are saved. */
export function show(state: string, text: string): void {
  const status = byId("save-state");
  status.dataset.state = state;
  if (status.textContent !== text) status.textContent = text;
}

export function notice(text: string, kind = "info"): void {
  byId("form-notice").replaceChildren(el("div", { class: `alert alert-${kind}`, role: "status" }, text));
}

/** Shows what stands in the way of handing in, each with the way to its question. */
export function problemBox(title: string, problems: { text: string; go: () => void }[]): HTMLElement {
  const list = el("ul", { class: "mb-0" });
  for (const { text, go } of problems) {
    const link = el("a", { href: "#form-areas" }, text);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go();
    });
    list.append(el("li", {}, link));
  }
  const heading = el("h2", { class: "h4" }, title);
  const attributes = { class: "alert alert-danger", role: "alert", tabindex: "-1", id: "form-problems" };
  const box = el("div", attributes, el("div", {}, heading, list));
  byId("form-notice").replaceChildren(box);
  return box;
}
