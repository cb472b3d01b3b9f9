import type { ChildProcess } from "node:child_process";
import { endChild, letEnd, startChild } from "./child-process.ts";
import type { Clock } from "./clock.ts";

/** Time until a process that died restarts. */
const RESTART_MS = 500;

interface RestartingProcessPorts {
  readonly clock: Clock;
  /** Module that the process runs. */
  readonly main: URL;
  /** Start message of the present life. */
  readonly start: () => { readonly life: number | string };
}

/**
 * Process of a node, which restarts if it dies. It gets a start message at the begin of each life and after each restart, with
 * `isFirst` true for the first one of a life. It reports `ready` with its life, or `failed` with a reason.
 */
export abstract class RestartingProcess {
  readonly #ports: RestartingProcessPorts;
  #child: ChildProcess | undefined;
  /** Called when the node runs, or has ended. */
  #onReady: () => void = () => undefined;
  #startedLife: number | string | undefined;
  #isCrashed = false;
  #isClosed = false;
  #cancelRestart: () => void = () => undefined;
  /** Reason why the node has stopped; undefined while it runs. */
  #fault: string | undefined;

  constructor(ports: RestartingProcessPorts) {
    this.#ports = ports;
  }

  /** Takes a message that is neither `ready` nor `failed`, in any form. */
  protected abstract take(message: unknown): void;

  /** Called when the process has ended. */
  protected ended(): void {
    // No question waits for an answer here.
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  get isRunning(): boolean {
    return this.#child?.connected === true && this.#fault === undefined;
  }

  /** Begins the present life. Resolves when the node runs, or has ended. */
  begin(): Promise<void> {
    this.#fault = undefined;
    this.#onReady();
    if (this.#isCrashed || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onReady = resolve;
      this.#start();
    });
  }

  /** Kills the process, which stays dead until `revive`. */
  crash(): void {
    this.#isCrashed = true;
    this.#cancelRestart();
    this.#child?.kill("SIGKILL");
  }

  revive(): void {
    if (!this.#isCrashed) return;
    this.#isCrashed = false;
    if (this.#startedLife !== undefined) this.#start();
  }

  send(message: object): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRestart();
    if (this.#child !== undefined) await endChild(this.#child);
  }

  #start(): void {
    this.#child ??= this.#fork();
    const start = this.#ports.start();
    const isFirst = start.life !== this.#startedLife;
    this.#startedLife = start.life;
    this.send({ ...start, isFirst });
  }

  #fork(): ChildProcess {
    const child = startChild(this.#ports.main);
    child.on("message", (message: unknown) => this.#take(message));
    child.on("error", () => this.#ended(child));
    child.on("exit", () => this.#ended(child));
    letEnd(child);
    return child;
  }

  #take(message: unknown): void {
    const { type, life, reason } = typeof message === "object" && message !== null ? (message as StateFields) : {};
    if (type === "ready") {
      if (life === this.#startedLife) this.#onReady();
    } else if (type === "failed") {
      this.#fault = typeof reason === "string" ? reason : "no reason";
      this.#onReady();
    } else this.take(message);
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#onReady();
    this.ended();
    if (this.#isClosed || this.#isCrashed) return;
    this.#cancelRestart = this.#ports.clock.after(RESTART_MS, () => this.#start());
  }
}

/** Fields of a message, unchecked. */
interface StateFields {
  readonly type?: unknown;
  readonly life?: unknown;
  readonly reason?: unknown;
}
