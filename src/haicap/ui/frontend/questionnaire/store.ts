// The copy on this device. Written at every answer, taken away once the server has it.

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

const FILES = "haicap-files";

export interface KeptFile {
  key?: number;
  instance: string;
  indicator: string;
  name: string;
  blob: Blob;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(FILES, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore("files", { keyPath: "key", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return open().then(
    (database) =>
      new Promise<T>((resolve, reject) => {
        const transaction = database.transaction("files", mode);
        const request = work(transaction.objectStore("files"));
        transaction.oncomplete = () => {
          database.close();
          resolve(request.result);
        };
        transaction.onerror = () => {
          database.close();
          reject(transaction.error);
        };
      }),
  );
}

export function keepFile(file: KeptFile): Promise<unknown> {
  return inStore("readwrite", (store) => store.add(file));
}

export async function keptFiles(instance: string): Promise<KeptFile[]> {
  const all = await inStore("readonly", (store) => store.getAll() as IDBRequest<KeptFile[]>);
  return all.filter((file) => file.instance === instance);
}

export function dropFile(key: number): Promise<unknown> {
  return inStore("readwrite", (store) => store.delete(key));
}
