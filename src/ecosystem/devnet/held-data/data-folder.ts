import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { DataHolder, WantedData } from "./held-data.ts";

/**
 * A folder with batches' pubdata, each a file named by its hash. What other holders give is kept there, for this user alone:
 * data that L1 does not have are not public.
 */
export function dataFolder(folder: string): Required<DataHolder> {
  const fileOf = ({ hash }: WantedData): string => join(folder, hash);
  return {
    name: folder,
    read: (request, signal) => readFile(fileOf(request), { signal }),
    async keep(request, pubdata) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const unfinished = `${fileOf(request)}.part`;
      await writeToDisk(unfinished, pubdata);
      await rename(unfinished, fileOf(request));
      await syncFolder(folder);
    },
  };
}

/** Resolves when the bytes survive a loss of power. */
async function writeToDisk(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Resolves when the folder's list of names survives a loss of power. */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder as a file, and writes names with the file.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
