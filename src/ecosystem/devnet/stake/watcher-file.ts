import { openFileJournal, type Journal } from "../../../chain/settlement/journal/journal.ts";
import type { WatcherEntry } from "./stake-watcher.ts";

/** Opens or creates the file of a watcher. Rejects with SettlementError JournalCorrupt, or with the file system's error. */
export function openWatcherFile(path: string): Promise<Journal<WatcherEntry>> {
  return openFileJournal<WatcherEntry>(path);
}
