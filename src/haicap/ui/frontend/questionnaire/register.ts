// The service worker: registered by every page that works without a line.

const PATIENCE = 60_000; // ms for the worker to fetch what it shall keep

/** Registers the worker and lets it keep what this page was made of, this page, and further `pages`. */
export async function registerWorker(pages: string[] = []): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register("/questionnaire/sw.js", { scope: "/questionnaire/" });
    const { active } = await navigator.serviceWorker.ready;
    const used = performance.getEntriesByType("resource").map((entry) => entry.name);
    const urls = used.filter((url) => url.startsWith(`${location.origin}/static/`));
    const channel = new MessageChannel();
    const done = new Promise<boolean>((resolve) => {
      channel.port1.onmessage = (event) => resolve(event.data === true);
      setTimeout(() => resolve(false), PATIENCE);
    });
    active?.postMessage({ type: "keep", urls, pages: [location.pathname, ...pages] }, [channel.port2]);
    return await done;
  } catch {
    return false; // without a worker the page still works while there is a line
  }
}
