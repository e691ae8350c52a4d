// Short notes at the corner of the page; #toasts is a live region, so they are read out.
import { word } from "./words";

const SHOWN_FOR = 8000; // milliseconds; an error stays until it is closed

export type Kind = "success" | "info" | "warning" | "danger";

export function toast(text: string, kind: Kind = "info"): void {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const note = document.createElement("div");
  note.className = `alert alert-${kind}`;
  const body = document.createElement("div");
  body.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", word("close"));
  note.append(body, close);
  place.append(note);
  if (kind === "success" || kind === "info") window.setTimeout(() => note.remove(), SHOWN_FOR);
}

export function dismissals(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("[data-dismiss]");
    button?.closest(".alert")?.remove();
  });
  // The server may answer an htmx request with HX-Trigger: {"toast": {"text": ..., "kind": ...}}
  document.addEventListener("toast", (event) => {
    const detail = (event as CustomEvent<{ text?: string; value?: string; kind?: Kind }>).detail;
    toast(detail.text ?? detail.value ?? "", detail.kind ?? "success");
  });
}
