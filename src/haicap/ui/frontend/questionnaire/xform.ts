// What the engine leaves to the page: guidance hints, names of files, the device, the position.
import { type AnyNode, type FormInstanceConfig, type LoadFormResult, loadForm } from "@getodk/xforms-engine";
import { asText, devicePosition } from "./controls/geo";
import { keptFetch } from "./kept";
import { elementsOf, plainPath } from "./merge";
import type { FormInfo } from "./shelf";

export type Loaded = Exclude<LoadFormResult, { status: "failure" }>;

/** Guidance by path and language; the engine reads only the short form of a hint. */
export class Guidance {
  private readonly texts = new Map<string, Map<string, string>>(); // text id, language
  private readonly ids = new Map<string, string>(); // path, text id

  constructor(xform: string) {
    const document = new DOMParser().parseFromString(xform, "text/xml");
    for (const value of document.querySelectorAll('itext value[form="guidance"]')) {
      const id = value.parentElement?.getAttribute("id") ?? "";
      const language = value.closest("translation")?.getAttribute("lang") ?? "";
      const byLanguage = this.texts.get(id) ?? new Map<string, string>();
      this.texts.set(id, byLanguage.set(language, value.textContent ?? ""));
    }
    if (!this.texts.size) return;
    for (const hint of document.querySelectorAll("hint[ref]")) {
      const id = /jr:itext\('([^']+)'\)/.exec(hint.getAttribute("ref") ?? "")?.[1];
      const path = hint.parentElement?.getAttribute("ref");
      if (id && path) this.ids.set(path, id);
    }
  }

  of(node: AnyNode, language: string): string {
    const path = node.currentState.reference.replace(/\[\d+\]/g, "");
    const byLanguage = this.texts.get(this.ids.get(path) ?? "");
    return byLanguage?.get(language) ?? byLanguage?.values().next().value ?? "";
  }
}

/** An id of this device, made once. */
export function deviceId(): string {
  try {
    const kept = localStorage.getItem("haicap-device") ?? `web:${crypto.randomUUID()}`;
    localStorage.setItem("haicap-device", kept);
    return kept;
  } catch {
    return "web";
  }
}

function fileName(base: string, extension: string | null): string {
  const plain =
    base
      .normalize("NFC")
      .replace(/[^\p{L}\p{N}_-]+/gu, "_")
      .slice(0, 60) || "file";
  const mark = [...crypto.getRandomValues(new Uint8Array(5))]
    .map((b) => b.toString(36))
    .join("")
    .slice(0, 8);
  return `${plain}-${mark}${extension?.toLowerCase() ?? ""}`;
}

export function instanceConfig(person: {
  username: string;
  email: string;
  phone: string;
}): FormInstanceConfig {
  return {
    stateFactory: <T extends object>(object: T) => object,
    instanceAttachments: { fileNameFactory: ({ basename, extension }) => fileName(basename, extension) },
    preloadProperties: {
      deviceID: deviceId(),
      username: person.username,
      email: person.email,
      phoneNumber: person.phone,
    },
    geolocationProvider: { getLocation: () => devicePosition().then(asText) },
  };
}

/** Loads a version of a form with its choice lists from this device, fetching what is not there yet. */
export async function loadVersion(person: number, info: FormInfo): Promise<{ form: Loaded; xform: string }> {
  const answer = await keptFetch(person, info.xform);
  if (!answer.ok) throw new Error(String(answer.status));
  const xform = await answer.text();
  const byName = new Map(info.media.map((file) => [file.name, file.url]));
  const form = await loadForm(xform, {
    fetchFormAttachment: (resource) => {
      const url = byName.get(decodeURIComponent(resource.pathname.split("/").pop() ?? ""));
      return url ? keptFetch(person, url) : Promise.resolve(new Response("", { status: 404 }));
    },
    missingResourceBehavior: "BLANK",
  });
  if (form.status === "failure") throw new Error(String(form.error.message));
  return { form, xform };
}

export function instanceIdOf(xml: string): string {
  return /<(?:\w+:)?instanceID>([^<]+)</.exec(xml)?.[1] ?? "";
}

export function deprecatedIdOf(xml: string): string {
  return /<(?:\w+:)?deprecatedID>([^<]+)</.exec(xml)?.[1] ?? "";
}

/** The instance naming the edition it replaces; the engine drops that when it restores a form without a place for it. */
export function withDeprecated(xml: string, replaced: string): string {
  if (!replaced || deprecatedIdOf(xml)) return xml;
  const bare = xml.replace(/<(\w+:)?deprecatedID[^>]*?(?:\/>|><\/(\w+:)?deprecatedID>)/, "");
  return bare.replace(
    /(<(\w+:)?instanceID>[^<]*<\/(?:\w+:)?instanceID>)/,
    (whole: string, _all: string, prefix = "") =>
      `${whole}<${prefix}deprecatedID>${replaced}</${prefix}deprecatedID>`,
  );
}

export function nameIn(xml: string): string {
  const text = /<(?:\w+:)?instanceName>([^<]*)</.exec(xml)?.[1] ?? "";
  return new DOMParser().parseFromString(text, "text/html").documentElement.textContent ?? "";
}

/** Declares at the root what names of the instance use and the engine leaves out: namespaces of the form's author. */
export class Namespaces {
  private readonly known: [string, string][];

  constructor(xform: string) {
    const root = new DOMParser().parseFromString(xform, "text/xml").documentElement;
    this.known = [...root.attributes]
      .filter((one) => one.prefix === "xmlns")
      .map((one) => [one.localName, one.value]);
  }

  declare(xml: string): string {
    const [, head = "", root = ""] = /^((?:<\?[^>]*\?>\s*)?<[^\s/>]+)([^>]*)/.exec(xml) ?? [];
    const missing = this.known.filter(
      ([prefix]) => xml.includes(`${prefix}:`) && !root.includes(`xmlns:${prefix}=`) && uses(xml, prefix),
    );
    const added = missing
      .map(([prefix, uri]) => ` xmlns:${prefix}="${uri.replace(/"/g, "&quot;")}"`)
      .join("");
    return head + added + xml.slice(head.length);
  }
}

/** True where a tag or an attribute has the prefix and nobody below the root declares it. */
function uses(xml: string, prefix: string): boolean {
  if (xml.includes(`xmlns:${prefix}=`)) return false;
  return new RegExp(`<[^>]*[\\s</]${prefix}:[\\w.-]+[^>]*>`).test(xml);
}

/** The instance with the answer at `reference` taken away. */
export function without(xml: string, reference: string): string {
  const { document, byPath } = elementsOf(xml);
  const element = byPath.get(plainPath(reference));
  if (element) element.textContent = "";
  return new XMLSerializer().serializeToString(document);
}
