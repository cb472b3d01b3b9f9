import { dirname, resolve } from "node:path";
import { openFileJournal, type Journal } from "../../../chain/settlement/journal/journal.ts";
import { DevnetOptionsError } from "../described/options.ts";

const FILE_FAULTS: ReadonlySet<string> = new Set(["ENOENT", "EACCES", "EISDIR", "EROFS", "ENOTDIR", "EPERM"]);

/** Opens the journal that a chain's options name. Rejects with DevnetOptionsError where its file cannot be opened. */
export async function openJournal(path: string, place: number): Promise<Journal> {
  return openFileJournal(path).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || !FILE_FAULTS.has(code)) throw error;
    const why =
      code === "ENOENT"
        ? `there is no folder ${dirname(resolve(path))}; create it`
        : `${path} cannot be written (${code}); name another file`;
    throw new DevnetOptionsError("BadOptions", `chains[${place}].journal: ${why}, or leave it out to keep the steps in memory`, {
      cause: error,
    });
  });
}
