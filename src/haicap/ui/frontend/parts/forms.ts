// Forms: warn before typed text is lost, refuse too large a file before it is sent, lead to the errors.
import { toast } from "./toast";
import { language, word } from "./words";

const MEBIBYTE = 1024 * 1024;

/** <form data-guard> asks before the page is left with changes that were not sent. */
export function unsavedGuard(): void {
  const changed = new Set<HTMLFormElement>();
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("form[data-guard]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed.delete(event.target as HTMLFormElement);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { detail } = event as CustomEvent<{ successful: boolean; elt: Element }>;
    const form = detail.elt.closest("form");
    if (detail.successful && form) changed.delete(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });
}

/** <input type=file data-max-bytes="..."> refuses a file the server would refuse. */
export function fileSizes(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file") return;
    const limit = Number(input.dataset.maxBytes);
    const large = [...(input.files ?? [])].find((file) => limit > 0 && file.size > limit);
    if (!large) return;
    input.value = "";
    const inMegabytes = (bytes: number) =>
      (bytes / MEBIBYTE).toLocaleString(language(), { maximumFractionDigits: 1 });
    const text = word("tooLarge", { size: inMegabytes(large.size), limit: inMegabytes(limit) });
    toast(`${large.name}: ${text}`, "danger");
  });
}

/** A form is sent once: its button waits until the answer is there. */
export function sendOnce(): void {
  const waiting = new Set<HTMLButtonElement>();
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !(button instanceof HTMLButtonElement)) return;
    const form = event.target as HTMLFormElement;
    if (form.method === "dialog" || form.target || "repeatable" in form.dataset) return;
    // After the browser has read the form: a disabled button is not sent with it.
    window.setTimeout(() => {
      button.disabled = true;
      waiting.add(button);
      button.title = word("sending");
    });
  });
  window.addEventListener("pageshow", () => {
    for (const button of waiting) {
      button.disabled = false;
      button.title = "";
    }
    waiting.clear();
  });
}

/** After a refused form: put the reader at the summary of what is wrong. */
export function focusErrors(root: ParentNode = document): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}
