// What the page of a form begins with: a new form, a draft of this device or of the server, a submission to correct.
import type { InstanceData } from "@getodk/xforms-engine";
import { freshFetch } from "./kept";
import { say } from "./page";
import type { Filled, FormInfo, Shelf } from "./shelf";
import { deprecatedIdOf, nameIn } from "./xform";

export interface CollectConfig {
  person: number;
  locale: "vi" | "en";
  language: string;
  username: string;
  email: string;
  phone: string;
  form: FormInfo;
  texts: Record<string, string>;
}

export interface ServerDraft {
  instance_id: string;
  number: number;
  xml: string;
  revision: number;
  saved_by: string;
  saved_at: string;
  files: { name: string; url: string; id: string }[];
}

export const apiOf = (config: CollectConfig) => `/api/questionnaire/forms/${config.form.id}`;

export function blankRow(info: FormInfo, instance: string, xml: string): Filled {
  return {
    instance,
    form: info.id,
    number: info.number,
    title: info.title,
    name: "",
    xml,
    base: "",
    revision: 0,
    state: "draft",
    reason: "",
    receipt: "",
    tried: false,
    test: info.state === "draft",
    done: 0,
    all: 0,
    at: new Date().toISOString(),
  };
}

function asData(xml: string, files: { name: string; blob: Blob }[]): InstanceData {
  const data = new FormData();
  data.set("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
  for (const { name, blob } of files) data.set(name, new File([blob], name, { type: blob.type }));
  return data as unknown as InstanceData;
}

/** An instance with the files this device keeps for it. */
export async function dataOf(shelf: Shelf, xml: string, instance: string): Promise<InstanceData> {
  return asData(xml, await shelf.files(instance).catch(() => []));
}

/** An instance with its files from the server; one that cannot be had stays named in the answers. */
export async function fetchedData(given: ServerDraft): Promise<InstanceData> {
  const files = [];
  for (const { name, url } of given.files) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) files.push({ name, blob: await answer.blob() });
  }
  return asData(given.xml, files);
}

/** Asks the server for JSON; null without a line or where there is nothing. */
async function ask<T>(url: string): Promise<T | null> {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

/** Takes a draft of the server onto this device, with its files. */
async function adopt(shelf: Shelf, draft: ServerDraft, info: FormInfo): Promise<Filled> {
  const row = {
    ...blankRow(info, draft.instance_id, draft.xml),
    number: draft.number,
    base: draft.xml,
    revision: draft.revision,
  };
  for (const file of draft.files) {
    const answer = await fetch(file.url).catch(() => null);
    if (answer?.ok)
      await shelf.putFile({
        instance: row.instance,
        name: file.name,
        blob: await answer.blob(),
        upload: file.url,
        sent: true,
      });
  }
  row.name = nameIn(row.xml);
  await shelf.put(row);
  return row;
}

async function versionOf(config: CollectConfig, number: number): Promise<FormInfo> {
  if (number === config.form.number) return config.form;
  const answer = await freshFetch(config.person, `${apiOf(config)}/versions/${number}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as FormInfo;
}

interface Begun {
  row: Filled | null;
  draft: ServerDraft | null; // newer than what is here
  edit: ServerDraft | null;
  info: FormInfo;
}

/** The correction of `instance` that was begun on this device and not handed in yet. */
async function correctionOf(shelf: Shelf, instance: string): Promise<Filled | null> {
  const rows = await shelf.all().catch(() => []);
  return rows.find((row) => row.state !== "received" && deprecatedIdOf(row.xml) === instance) ?? null;
}

/** Finds what the address asks for: a new form, a draft here or with the server, or a submission to correct. */
export async function find(shelf: Shelf, config: CollectConfig, query: URLSearchParams): Promise<Begun> {
  const wanted = query.get("instance") ?? "";
  if (!wanted) return { row: null, draft: null, edit: null, info: config.form };
  const row = (await shelf.get(wanted).catch(() => undefined)) ?? null;
  const isOpen = row && row.state !== "received";
  const url = (kind: string) => `${apiOf(config)}/${kind}/${encodeURIComponent(wanted)}`;
  const draft = await ask<ServerDraft>(url("drafts"));
  if (isOpen) {
    const info = await versionOf(config, row.number);
    return { row, draft: draft && draft.revision !== row.revision ? draft : null, edit: null, info };
  }
  if (draft) {
    const info = await versionOf(config, draft.number);
    return { row: await adopt(shelf, draft, info), draft: null, edit: null, info };
  }
  const begun = await correctionOf(shelf, wanted);
  if (begun) return { row: begun, draft: null, edit: null, info: await versionOf(config, begun.number) };
  const edit = await ask<ServerDraft>(url("filled"));
  if (!edit) throw new Error(say(navigator.onLine ? "draft_gone" : "needs_line"));
  return { row: null, draft: null, edit, info: await versionOf(config, edit.number) };
}
