// What the server tells the page, and small helpers every part uses.

export interface AreaInfo {
  code: string;
  group: string;
  name: string;
  state: string;
  reason: string;
}

export interface FileInfo {
  id: number;
  indicator: string;
  name: string;
  size: number;
}

export interface Config {
  person: number;
  locale: "vi" | "en";
  language: string;
  unit: string;
  instance: string;
  xml: string;
  revision: number;
  saved_at: string | null;
  most_bytes: number;
  accept: string;
  urls: { form: string; save: string; evidence: string; file: string; download: string; done: string };
  areas: AreaInfo[];
  indicators: Record<string, string>;
  evidence: FileInfo[];
  texts: Record<string, string>;
  today: string;
  deadline: string;
}

export interface Refusal {
  code: string;
  message: string;
  field: string | null;
  details: Record<string, unknown>;
}

export function readConfig<C>(): C {
  const element = document.getElementById("questionnaire-config");
  if (!element?.textContent) throw new Error("the page has no configuration");
  return JSON.parse(element.textContent) as C;
}

let texts: Record<string, string> = {};

export function setTexts(given: Record<string, string>): void {
  texts = given;
}

/** The sentence `key` with {name} filled in. */
export function say(key: string, values: Record<string, string | number> = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

type Attributes = Record<string, string | boolean | null | undefined>;

/** Makes an element; `false`, null and undefined attributes are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (typeof value === "string") node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function clock(iso: string | Date): string {
  return new Date(iso).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
}

/** The token of the cookie: a page taken from the cache carries an old one. */
export function csrf(): string {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** The last part of an engine reference: /data/area_A0/ind_A0_01/a0_01 gives a0_01. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}
