// Forms, choice lists and pages kept for one person, so that they are there without a line.
import type { FormInfo } from "./shelf";

/** Caches are named by person: nobody sees what was kept for somebody else. */
export const formsCache = (person: number) => `haicap-data-${person}`;

async function cacheOf(person: number): Promise<Cache | null> {
  try {
    return await caches.open(formsCache(person));
  } catch {
    return null; // no caches on an address without TLS
  }
}

/** Fetches what never changes under its address (it carries a checksum), from the cache where it is. */
export async function keptFetch(person: number, url: string): Promise<Response> {
  const cache = await cacheOf(person);
  const kept = await cache?.match(url);
  if (kept) return kept;
  const answer = await fetch(url, { credentials: "same-origin" });
  if (answer.ok) await cache?.put(url, answer.clone());
  return answer;
}

/** Fetches what may change: anew where there is a line, else as it was kept. */
export async function freshFetch(person: number, url: string): Promise<Response> {
  const cache = await cacheOf(person);
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (answer.ok) await cache?.put(url, answer.clone());
    if (answer.status < 500) return answer;
  } catch {
    // no line
  }
  const kept = await cache?.match(url);
  if (!kept) throw new Error("offline");
  return kept;
}

/** Brings forms with all their files onto this device; returns the forms that are there completely. */
export async function bring(person: number, forms: readonly FormInfo[]): Promise<Set<number>> {
  const complete = new Set<number>();
  for (const form of forms) {
    try {
      const urls = [form.xform, ...form.media.filter((file) => file.md5).map((file) => file.url)];
      for (const url of urls) {
        const answer = await keptFetch(person, url);
        if (!answer.ok) throw new Error(String(answer.status));
      }
      const page = `/questionnaire/fill/${form.id}/`;
      const shell = await fetch(page, { credentials: "same-origin" });
      // through the service worker, which keeps it; the descriptor is read again when the form is opened
      if (!shell.ok) throw new Error(String(shell.status));
      complete.add(form.id);
    } catch {
      // there next time
    }
  }
  return complete;
}
