// The service worker: registered by every page that works without a line.

/** Registers the worker and lets it keep what this page was made of. */
export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/questionnaire/sw.js", { scope: "/questionnaire/" });
    const ready = await navigator.serviceWorker.ready;
    const used = performance.getEntriesByType("resource").map((entry) => entry.name);
    const urls = used.filter((url) => url.startsWith(`${location.origin}/static/`));
    ready.active?.postMessage({ type: "keep", urls, page: location.pathname });
  } catch {
    // without a worker the page still works while there is a line
  }
}
