import type { ChildProcess } from "node:child_process";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { endChild, letEnd, startChild } from "../../../ground/runtime/child-process.ts";
import type { ChainVotes } from "./vote-reports.ts";
import type { L1Rewinds, StakeWatcherEvent } from "./stake-watcher.ts";
import type { FromWatcher, ToWatcher, WatcherStart } from "./watcher-messages.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url);
/** Time until a watcher that died is started again. */
const RESTART_MS = 1_000;

interface WatcherProcessDependencies {
  readonly clock: Clock;
  readonly rewinds: () => L1Rewinds;
  /** Contrary votes of chains' nodes. */
  readonly votes: () => readonly ChainVotes[];
  readonly onEvent: (event: StakeWatcherEvent) => void;
  readonly onTrouble: (reason: string | undefined) => void;
}

/** A watcher in a separate process, which is started again if it dies: it reads from L1 what it missed. */
export class WatcherProcess {
  readonly #start: Omit<WatcherStart, "type">;
  readonly #dependencies: WatcherProcessDependencies;
  #child: ChildProcess;
  #cancelRestart: () => void = () => undefined;
  #isClosed = false;

  constructor(start: Omit<WatcherStart, "type">, dependencies: WatcherProcessDependencies) {
    this.#start = start;
    this.#dependencies = dependencies;
    this.#child = this.#fork();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRestart();
    return endChild(this.#child);
  }

  #fork(): ChildProcess {
    const child = startChild(MAIN);
    const send = (message: ToWatcher): void => {
      if (child.connected) child.send(message, () => undefined);
    };
    child.on("message", (message) => this.#answer(message as FromWatcher, send));
    child.on("error", (error) => this.#restart(`its process failed: ${error.message}`));
    child.on("exit", (code, signal) => this.#restart(`its process ended with ${signal ?? `code ${code}`}`));
    letEnd(child);
    send({ type: "start", ...this.#start });
    return child;
  }

  #answer(message: FromWatcher, send: (answer: ToWatcher) => void): void {
    const { rewinds, votes, onEvent, onTrouble } = this.#dependencies;
    if (message.type === "askRewinds") send({ type: "rewinds", rewinds: rewinds() });
    else if (message.type === "askVotes") send({ type: "votes", votes: votes() });
    else if (message.type === "event") onEvent(message.event);
    else onTrouble(message.reason);
  }

  #restart(reason: string): void {
    if (this.#isClosed) return;
    this.#dependencies.onTrouble(`${reason}; it is started again`);
    this.#cancelRestart();
    this.#cancelRestart = this.#dependencies.clock.after(RESTART_MS, () => {
      this.#child = this.#fork();
    });
  }
}
