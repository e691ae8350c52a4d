// The service worker of the form pages. It keeps the pages by person and the files of the build; answers and files of
// the forms are kept by the pages themselves.

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: ExtendableEvent & MessageEvent) => void): void;
}

const worker = self as unknown as Worker;
/** Put before this script by the build. */
const { mark, files } = (self as { haicapBuild?: { mark: string; files: string[] } }).haicapBuild ?? {
  mark: "dev",
  files: [],
};
const BUILD = `haicap-build-${mark}`;
const WHO = "haicap-who";
const PERSON = "X-Haicap-Person";
const PAGES = /^\/questionnaire\/(fill\/(\d+\/)?|reports\/[^/]+\/fill\/)$/;
const DATA = /^\/api\/questionnaire\/(forms\/\d+\/(versions\/\d+\/media\/|xform)|form$)/;
const SLOW = 6000; // ms after which a page that is kept is shown although a line seems to be there

async function setPerson(person: string): Promise<void> {
  await (await caches.open(WHO)).put("/who", new Response(person));
}

async function person(): Promise<string> {
  const kept = await (await caches.open(WHO)).match("/who");
  return kept ? kept.text() : "";
}

const pagesOf = (who: string) => caches.open(`haicap-pages-${who}`);
const dataOf = (who: string) => caches.open(`haicap-data-${who}`);

/** Keeps a page for the person the server made it for; other answers (sign in, refusals) are not kept. */
async function keepPage(path: string, answer: Response): Promise<void> {
  const who = answer.headers.get(PERSON);
  if (!answer.ok || answer.redirected || !who) return;
  await setPerson(who);
  await (await pagesOf(who)).put(path, answer.clone());
}

async function page(request: Request, path: string): Promise<Response> {
  const kept = async () => {
    const who = await person();
    return who ? (await pagesOf(who)).match(path) : undefined;
  };
  const fresh = fetch(request).then(async (answer) => {
    await keepPage(path, answer);
    return answer;
  });
  let timer = 0;
  const slow = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SLOW) as unknown as number;
  });
  try {
    const first = await Promise.race([fresh, slow]);
    if (first && first.status < 500) return first;
    return (await kept()) ?? first ?? (await fresh);
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Files of this build, whatever mark a page puts behind their address; what else is fetched is kept too. */
async function built(request: Request): Promise<Response> {
  const cache = await caches.open(BUILD);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** Brings the files of this build onto the device; one that fails is fetched when a page asks for it. */
async function fetchBuild(): Promise<void> {
  const cache = await caches.open(BUILD);
  await Promise.all(files.map((file) => cache.add(`/static/ui/${file}?v=${mark}`).catch(() => {})));
}

async function forgetOldBuilds(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith("haicap-build") && name !== BUILD) await caches.delete(name);
}

/** Forms and their media: what carries a checksum from the cache, the rest only where there is no line. */
async function data(request: Request, url: URL): Promise<Response> {
  const who = await person();
  const cache = who ? await dataOf(who) : null;
  const sum = url.searchParams.has("md5");
  if (sum) {
    const kept = await cache?.match(request);
    if (kept) return kept;
  }
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache?.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache?.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** Keeps what a page was made of beyond the build's list, and pages; says whether all pages are there. */
async function keep(urls: string[], pages: string[]): Promise<boolean> {
  const cache = await caches.open(BUILD);
  for (const url of urls) {
    if (await cache.match(url, { ignoreSearch: true })) continue;
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) await cache.put(url, answer);
  }
  let all = true;
  for (const path of pages.filter((one) => PAGES.test(one))) {
    const answer = await fetch(path, { credentials: "same-origin" }).catch(() => null);
    if (answer) await keepPage(path, answer);
    all &&= !!answer?.ok;
  }
  return all;
}

worker.addEventListener("install", (event) => {
  event.waitUntil(fetchBuild().then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldBuilds().then(() => worker.clients.claim()));
});
worker.addEventListener("message", (event) => {
  const told = event.data as { type?: string; urls?: string[]; pages?: string[] };
  if (told.type !== "keep") return;
  const [port] = event.ports;
  event.waitUntil(
    keep(told.urls ?? [], told.pages ?? []).then(
      (all) => port?.postMessage(all),
      () => port?.postMessage(false),
    ),
  );
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (PAGES.test(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(built(request));
  else if (DATA.test(url.pathname)) event.respondWith(data(request, url));
});
export {};
