// The copy on this device. Written at every answer, taken away once the server has it.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export interface Kept {
  xml: string;
  base: string; // the XML the server had when this was begun
  revision: number; // and its revision
  at: string;
}

export class Store {
  private readonly key: string;

  constructor(person: number, instance: string) {
    this.key = `haicap-report-${person}-${instance}`;
  }

  read(): Kept | null {
    try {
      const text = localStorage.getItem(this.key);
      return text ? (JSON.parse(text) as Kept) : null;
    } catch {
      return null;
    }
  }

  /** Says whether the copy could be kept. */
  write(kept: Kept): boolean {
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  }

  clear(): void {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // a browser without storage has nothing to clear
    }
  }
}

export interface KeptFile {
  key?: number;
  instance: string;
  indicator: string;
  name: string;
  blob: Blob;
  upload: string; // address of the upload that was begun, "" for none
}

interface Files extends DBSchema {
  files: { key: number; value: KeptFile };
}

async function inFiles<T>(work: (database: IDBPDatabase<Files>) => Promise<T>): Promise<T> {
  const database = await openDB<Files>("haicap-files", 1, {
    upgrade: (fresh) => fresh.createObjectStore("files", { keyPath: "key", autoIncrement: true }),
  });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/** Keeps a file until the server has decided on it; returns its key. */
export function keepFile(file: KeptFile): Promise<number> {
  return inFiles((database) => database.put("files", file));
}

export async function keptFiles(instance: string): Promise<KeptFile[]> {
  const all = await inFiles((database) => database.getAll("files"));
  return all.filter((file) => file.instance === instance);
}

export function dropFile(key: number): Promise<void> {
  return inFiles((database) => database.delete("files", key));
}
