import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadWorld } from "../../../../ecosystem/devnet/keeping/dump.ts";
import { pluginError } from "../../plugin-error.ts";
import { explained } from "../session/task-error.ts";

/**
 * Puts the ecosystem of the dump at this path into a folder and returns the folder's path; without one, into
 * a folder that ends with the process. Rejects with a plugin error if the file is not a dump of this format,
 * or if the folder has an ecosystem.
 */
export async function loadIntoFolder(file: string, folder: string | undefined): Promise<string> {
  const path = resolve(file);
  const dump = await readFile(path).catch((error: unknown) => {
    throw pluginError(`${path} cannot be read (${String((error as NodeJS.ErrnoException).code)}); name another file`, error);
  });
  const place = folder ?? mkdtempSync(join(tmpdir(), "hyperchain-loaded-"));
  if (folder === undefined) process.on("exit", () => rmSync(place, { recursive: true, force: true }));
  await loadWorld(dump, { folder: place, name: path }).catch((error: unknown) => {
    throw explained(error);
  });
  return place;
}
