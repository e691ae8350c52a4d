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

/** What must be the same for a form to be on this device as it is with the server: form, files, build. */
function markOf(form: FormInfo): string {
  const build = document.querySelector<HTMLScriptElement>("script[src*='/ui/collectlist.js']")?.src ?? "";
  return [form.number, form.md5, form.due, ...form.media.map((file) => file.md5), build].join(" ");
}

const pageOf = (form: FormInfo) => `/questionnaire/fill/${form.id}/`;
const noteOf = (form: FormInfo) => `/kept/${form.id}`;

/** Brings forms with all their files and pages onto this device; returns the forms that are there completely. */
export async function bring(
  person: number,
  forms: readonly FormInfo[],
  keepPages: (pages: string[]) => Promise<boolean>,
): Promise<Set<number>> {
  const cache = await cacheOf(person);
  const complete = new Set<number>();
  const fresh: FormInfo[] = [];
  for (const form of forms) {
    if ((await (await cache?.match(noteOf(form)))?.text()) === markOf(form)) {
      complete.add(form.id);
      continue;
    }
    const urls = [form.xform, ...form.media.filter((file) => file.md5).map((file) => file.url)];
    const answers = await Promise.all(urls.map((url) => keptFetch(person, url).catch(() => null)));
    if (answers.every((answer) => answer?.ok)) fresh.push(form);
  }
  if (!(await keepPages(fresh.map(pageOf)))) return complete;
  for (const form of fresh) {
    await cache?.put(noteOf(form), new Response(markOf(form)));
    complete.add(form.id);
  }
  return complete;
}
