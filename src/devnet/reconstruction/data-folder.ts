import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataHolder, WantedData } from "./held-data.ts";

/**
 * A folder with batches' pubdata, each a file named by its hash. What other holders give is kept there, for this user alone:
 * data that L1 does not have are not public.
 */
export function dataFolder(folder: string): DataHolder {
  const fileOf = ({ hash }: WantedData): string => join(folder, hash);
  return {
    name: folder,
    read: (wanted, signal) => readFile(fileOf(wanted), { signal }),
    async keep(wanted, pubdata) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const unfinished = `${fileOf(wanted)}.part`;
      await writeFile(unfinished, pubdata, { mode: 0o600 });
      await rename(unfinished, fileOf(wanted));
    },
  };
}
