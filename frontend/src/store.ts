// What waits on this phone, in IndexedDB: one entry a form, photos as they are. Shared by all open pages.
export interface Entry {
  id: string;
  user: string;
  action: string;
  done: string;
  title: string;
  fields: [string, string | File][];
  at: number;
  refused?: string;
}

const NAME = "three-heads";
const TABLE = "outbox";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, mode);
    const request = work(transaction.objectStore(TABLE));
    transaction.oncomplete = () => {
      database.close();
      resolve(request.result);
    };
    transaction.onerror = transaction.onabort = () => {
      database.close();
      reject(transaction.error);
    };
  });
}

export async function keep(entry: Entry): Promise<void> {
  await run("readwrite", (table) => table.put(entry));
}

export async function drop(id: string): Promise<void> {
  await run("readwrite", (table) => table.delete(id));
}

/** Entries of one user, oldest first. */
export async function waiting(user: string): Promise<Entry[]> {
  const all = await run<Entry[]>("readonly", (table) => table.getAll());
  return all.filter((entry) => entry.user === user).sort((a, b) => a.at - b.at);
}
