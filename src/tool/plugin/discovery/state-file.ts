import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** A running ecosystem as its process announces it to the user's other processes. */
export interface AnnouncedEcosystem {
  readonly pid: number;
  /** JSON-RPC of its L1, which answers `hyperchain_info`. */
  readonly url: string;
  /** Project that started it. */
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Address of its page, with the token; absent where it serves none. */
  readonly page?: string;
}

const FOLDER = "hardhat-hyperchain";

/** The user's own folders, the usual one first: XDG's for state, then one below the system's for temporary files. */
function folders(environment: NodeJS.ProcessEnv): readonly string[] {
  const home = ofUser(homedir);
  const state = environment["XDG_STATE_HOME"] ?? (home === undefined ? undefined : join(home, ".local", "state"));
  const user = ofUser(() => userInfo().username) ?? String(process.getuid?.() ?? "user");
  return [...(state === undefined ? [] : [join(state, FOLDER)]), join(tmpdir(), `${FOLDER}-${user}`)];
}

/**
 * First folder for the logs of a background process that only this user can write to; creates a missing one.
 * Returns undefined if there is none, because another user may have created the folder for temporary files.
 */
export function logFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return folders(environment).find((folder) => {
    try {
      return makeOwn(folder);
    } catch {
      // Read-only home of a container: the next folder may do.
      return false;
    }
  });
}

/** Page that leads a browser to an ecosystem's page: next to the announcement, and removed with it. */
export function leadingPage({ pid, startedAt }: AnnouncedEcosystem): string | undefined {
  const folder = logFolder();
  return folder === undefined ? undefined : join(folder, `${pid}-${startedAt}${LEADING}`);
}

const [ANNOUNCED, LEADING] = [".json", ".html"];

/**
 * User of the operating system; undefined if the machine has no entry for the user, as in containers that run
 * with any user id.
 */
function ofUser(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Tells the user's other processes of an ecosystem; returns what takes it back. Only the user can read it. Where no folder
 * can be written nothing is announced: then the tasks need a URL.
 */
export function announce(announcement: AnnouncedEcosystem, environment: NodeJS.ProcessEnv = process.env): () => void {
  for (const folder of folders(environment)) {
    const file = join(folder, `${announcement.pid}-${announcement.startedAt}${ANNOUNCED}`);
    try {
      if (!makeOwn(folder)) continue;
      writeFileSync(file, JSON.stringify(announcement), { mode: 0o600 });
      return () => takeBack(file);
    } catch {
      // Read-only home of a container: the next folder may do.
    }
  }
  return () => undefined;
}

/** Announcements of running processes, the newest first. Deletes those of processes that have ended. */
export function announced(environment: NodeJS.ProcessEnv = process.env): readonly AnnouncedEcosystem[] {
  const found: AnnouncedEcosystem[] = [];
  for (const folder of folders(environment)) {
    for (const name of filesIn(folder)) {
      const file = join(folder, name);
      const announcement = read(file);
      if (announcement !== undefined && isRunning(announcement.pid)) found.push(announcement);
      else takeBack(file);
    }
  }
  return found.sort((a, b) => b.startedAt - a.startedAt);
}

/** With the page that leads to it, which has its token. */
function takeBack(file: string): void {
  for (const each of [file, `${file.slice(0, -ANNOUNCED.length)}${LEADING}`]) rmSync(each, { force: true });
}

/** Makes a folder where it is not there; returns whether it is the user's own. Throws the system's error where it cannot. */
function makeOwn(folder: string): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return isOwn(folder);
}

/**
 * True if only this user can write to the folder. Through another user's announcement a task could sign for a
 * false ecosystem.
 */
function isOwn(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  const own = process.getuid?.();
  // Windows has no such numbers; its folders for temporary files are the user's own.
  if (own === undefined) return true;
  const permissions = (mode % 0o1000).toString(8).padStart(3, "0");
  return uid === own && WRITABLE_BY_OWNER_ALONE.test(permissions);
}

/** Permissions in octal whose digits for group and others lack 2. */
const WRITABLE_BY_OWNER_ALONE = /^[0-7][0145][0145]$/;

function filesIn(folder: string): readonly string[] {
  try {
    return isOwn(folder) ? readdirSync(folder).filter((name) => name.endsWith(ANNOUNCED)) : [];
  } catch {
    return [];
  }
}

function read(file: string): AnnouncedEcosystem | undefined {
  try {
    const { pid, url, project, startedAt, page } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    if (typeof pid !== "number" || typeof url !== "string" || typeof project !== "string" || typeof startedAt !== "number")
      return undefined;
    return { pid, url, project, startedAt, ...(typeof page === "string" && PAGE.test(page) ? { page } : {}) };
  } catch {
    return undefined;
  }
}

/** Written into a file that a browser opens: nothing but an address of this machine, and a token. */
const PAGE = /^http:\/\/[\w.:[\]-]+\/#\/token\/[0-9a-f]{32}$/;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs, under another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
