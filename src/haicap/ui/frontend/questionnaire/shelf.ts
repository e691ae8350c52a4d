// What this device keeps for one person: forms being filled in, their files, and what waits to be sent.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export type State = "draft" | "queued" | "sending" | "received" | "refused";

export interface Filled {
  instance: string;
  form: number;
  number: number; // of the version of the form
  title: string;
  name: string;
  xml: string; // frozen from queued on
  base: string; // what the server had when this was begun
  revision: number; // and its revision, 0 for none
  state: State;
  reason: string; // why it was refused
  receipt: string;
  tried: boolean; // a sending began and its end is not known: the bytes must not change
  test: boolean; // made with a draft of the form
  done: number;
  all: number;
  at: string;
}

export interface KeptFile {
  instance: string;
  name: string;
  blob: Blob;
  upload: string; // address of the upload, "" before it began
  sent: boolean;
}

export interface FormInfo {
  id: number;
  form_id: string;
  title: string;
  version: string;
  number: number;
  md5: string;
  state: string;
  due: string | null;
  xform: string;
  media: { name: string; md5: string; url: string }[];
}

interface Schema extends DBSchema {
  filled: { key: string; value: Filled };
  files: { key: [string, string]; value: KeptFile; indexes: { instance: string } };
  forms: { key: number; value: FormInfo };
}

export class Shelf {
  private opened: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(readonly person: number) {}

  private get database(): Promise<IDBPDatabase<Schema>> {
    this.opened ??= openDB<Schema>(`haicap-forms-${this.person}`, 1, {
      upgrade(database) {
        database.createObjectStore("filled", { keyPath: "instance" });
        const files = database.createObjectStore("files", { keyPath: ["instance", "name"] });
        files.createIndex("instance", "instance");
        database.createObjectStore("forms", { keyPath: "id" });
      },
      // the browser dropped the store, or another tab deletes it: begin anew at the next call
      terminated: () => {
        this.opened = null;
      },
      blocking: () => {
        void this.opened?.then((database) => database.close());
        this.opened = null;
      },
    });
    return this.opened;
  }

  async all(): Promise<Filled[]> {
    const rows = await (await this.database).getAll("filled");
    return rows.sort((a, b) => (a.at < b.at ? 1 : -1));
  }

  async get(instance: string): Promise<Filled | undefined> {
    return (await this.database).get("filled", instance);
  }

  async put(row: Filled): Promise<void> {
    await (await this.database).put("filled", row);
    tellOthers();
  }

  /** Changes some fields of a row in one transaction; nothing where the row is gone. */
  async change(instance: string, fields: Partial<Filled>): Promise<Filled | undefined> {
    const transaction = (await this.database).transaction("filled", "readwrite");
    const row = await transaction.store.get(instance);
    if (row) await transaction.store.put({ ...row, ...fields });
    await transaction.done;
    tellOthers();
    return row && { ...row, ...fields };
  }

  async drop(instance: string): Promise<void> {
    const database = await this.database;
    for (const file of await this.files(instance)) await database.delete("files", [instance, file.name]);
    await database.delete("filled", instance);
    tellOthers();
  }

  async files(instance: string): Promise<KeptFile[]> {
    return (await this.database).getAllFromIndex("files", "instance", instance);
  }

  async putFile(file: KeptFile): Promise<void> {
    await (await this.database).put("files", file);
  }

  async markFile(instance: string, name: string, fields: Partial<KeptFile>): Promise<void> {
    const transaction = (await this.database).transaction("files", "readwrite");
    const file = await transaction.store.get([instance, name]);
    if (file) await transaction.store.put({ ...file, ...fields });
    await transaction.done;
  }

  async dropFile(instance: string, name: string): Promise<void> {
    await (await this.database).delete("files", [instance, name]);
  }

  async forms(): Promise<FormInfo[]> {
    return (await this.database).getAll("forms");
  }

  async setForms(forms: FormInfo[]): Promise<void> {
    const transaction = (await this.database).transaction("forms", "readwrite");
    await transaction.store.clear();
    for (const form of forms) await transaction.store.put(form);
    await transaction.done;
  }
}

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("haicap-forms") : null;
const listeners: (() => void)[] = [];

function tellOthers(): void {
  channel?.postMessage("changed");
  for (const listener of listeners) listener();
}

/** Calls back whenever this tab or another one changed what is kept. */
export function onChange(listener: () => void): void {
  listeners.push(listener);
  channel?.addEventListener("message", listener);
}

/** Asks the browser not to drop the store when the disk fills up. */
export async function askToStay(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}
