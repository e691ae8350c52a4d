// The board of the visit calendar: a visit is dragged to another half-day; without a mouse its page does the same.
import { toast } from "./parts/toast";
import { word } from "./parts/words";

const TYPE = "application/x-haicap-unit";

function board(): HTMLElement | null {
  return document.getElementById("board");
}

function token(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
}

function half(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(".tt-half") : null;
}

function leave(): void {
  for (const marked of document.querySelectorAll(".tt-over")) marked.classList.remove("tt-over");
}

async function move(unit: string, place: HTMLElement, root: HTMLElement): Promise<void> {
  const values = new URLSearchParams({
    unit,
    team: place.dataset.team ?? "",
    slot: place.dataset.slot ?? "",
    swap: place.dataset.taken === "yes" ? "on" : "",
    revision: root.dataset.revision ?? "",
  });
  root.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(root.dataset.moveUrl ?? "", {
      method: "POST",
      body: values,
      headers: { "X-CSRFToken": token(), "HX-Request": "true" },
    });
    if (answer.ok) {
      window.location.reload();
      return;
    }
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    toast(parsed.querySelector("[data-refusal]")?.textContent?.trim() || word("lost"), "danger");
  } catch {
    toast(word("lost"), "danger");
  } finally {
    root.removeAttribute("aria-busy");
  }
}

function dragging(root: HTMLElement): void {
  for (const visit of root.querySelectorAll<HTMLElement>(".tt-visit")) visit.draggable = true;
  root.addEventListener("dragstart", (event) => {
    const visit = event.target instanceof Element ? event.target.closest<HTMLElement>(".tt-visit") : null;
    if (!visit?.dataset.unit || !event.dataTransfer) return;
    event.dataTransfer.setData(TYPE, visit.dataset.unit);
    event.dataTransfer.effectAllowed = "move";
    visit.classList.add("tt-held");
  });
  root.addEventListener("dragend", () => {
    leave();
    for (const held of root.querySelectorAll(".tt-held")) held.classList.remove("tt-held");
  });
  root.addEventListener("dragover", (event) => {
    const place = half(event.target);
    if (!place || !event.dataTransfer?.types.includes(TYPE)) return;
    event.preventDefault();
    leave();
    place.classList.add("tt-over");
  });
  root.addEventListener("drop", (event) => {
    const place = half(event.target);
    const unit = event.dataTransfer?.getData(TYPE);
    if (!place || !unit) return;
    event.preventDefault();
    leave();
    void move(unit, place, root);
  });
}

const root = board();
if (root?.dataset.editable === "yes") dragging(root);
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
