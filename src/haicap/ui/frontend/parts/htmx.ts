// htmx: the token on every write, refusals as alerts, fresh fragments get their charts.
import htmx from "htmx.org";
import { focusErrors } from "./forms";
import { toast } from "./toast";
import { word } from "./words";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

interface SwapDetail {
  xhr: XMLHttpRequest;
  shouldSwap: boolean;
  isError: boolean;
}

function token(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
}

/** The text of a refusal the server answered with, or null when the answer is something else. */
function refusalText(html: string): string | null {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return parsed.querySelector("[data-refusal]")?.textContent?.trim() ?? null;
}

function beforeSwap(event: Event): void {
  const { detail } = event as CustomEvent<SwapDetail>;
  if (detail.xhr.status < 400) return;
  const text = refusalText(detail.xhr.responseText);
  if (text === null) return;
  detail.shouldSwap = false;
  detail.isError = false;
  toast(text, "danger");
}

export function htmxBoot(onFresh: (fresh: HTMLElement) => void): void {
  window.htmx = htmx;
  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event as CustomEvent<{ headers: Record<string, string>; verb: string }>;
    if (detail.verb !== "get") detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    toast(xhr.status === 413 ? xhr.responseText : word("broken"), "danger");
  });
  document.addEventListener("htmx:sendError", () => toast(word("lost"), "danger"));
  htmx.onLoad((fresh) => {
    if (fresh === document.body || !(fresh instanceof HTMLElement)) return;
    onFresh(fresh.parentElement ?? fresh);
    focusErrors(fresh);
  });
}
