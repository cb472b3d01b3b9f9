import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { logFolder } from "../../discovery/state-file.ts";
import { pluginError } from "../../plugin-error.ts";

/** First output of `hyperchain:spawn --json`. */
type SpawnedInfo = EcosystemInfo & { readonly page?: string };

/** Separate process in which an ecosystem starts. */
interface DetachedSpawn {
  readonly pid: number;
  /** File with the output of `hyperchain:spawn --json`. */
  readonly log: string;
  /** Resolves when the ecosystem is ready. Rejects with a plugin error where the process ends before. */
  ready(): Promise<SpawnedInfo>;
}

const LOOK_MS = 50;

/**
 * Starts the same command again, in the background: it outlives this process. Throws a plugin error where it
 * cannot.
 */
export function spawnDetached(startedAt: number): DetachedSpawn {
  const folder = logFolder();
  if (folder === undefined)
    throw pluginError("there is no folder for the log that only you can write to; set XDG_STATE_HOME to one of your own");
  const log = join(folder, `spawn-${process.pid}-${startedAt}.log`);
  const file = openSync(log, "wx", 0o600);
  const args = process.argv.slice(1).filter((arg) => !PASSED_OVER.has(arg));
  const child = spawn(process.execPath, [...process.execArgv, ...args, "--json"], {
    detached: true,
    stdio: ["ignore", file, file],
  });
  closeSync(file);
  const { pid } = child;
  if (pid === undefined) throw pluginError("the background process could not be started");
  let ended: number | null | undefined;
  child.on("exit", (code) => (ended = code));
  child.unref();
  return {
    pid,
    log,
    async ready() {
      for (;;) {
        const first = readFileSync(log, "utf8")
          .split("\n")
          .slice(0, -1)
          .find((line) => line.startsWith("{"));
        if (first !== undefined) return JSON.parse(first) as SpawnedInfo;
        if (ended !== undefined)
          throw pluginError(`the ecosystem did not start (exit code ${String(ended)}): ${readFileSync(log, "utf8").trim()}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
  };
}

/** Options of this process alone; its JSON is the log's in any case. */
const PASSED_OVER = new Set(["--detach", "--wait", "--json"]);
