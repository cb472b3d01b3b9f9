import type { ChildProcess } from "node:child_process";
import { endChild, letEnd, startChild } from "./child-process.ts";
import type { Clock } from "./clock.ts";

/** Time until a process that died restarts; twice as long after each failure. */
const RESTART_MS = 500;

interface RestartingProcessPorts {
  readonly clock: Clock;
  /** Module that the process runs. */
  readonly main: URL;
  /** Start message of the present life. */
  readonly start: () => { readonly life: number | string };
  /** Times that a node which reports `failed` starts again in a life. Default 0: it stays out until the next life. */
  readonly maxRestarts?: number | undefined;
}

/**
 * Process of a node, which restarts if it dies. It gets a start message at the begin of each life and after each restart, with
 * `isFirst` true for the first one of a life. It reports `ready` with its life, or `failed` with its life and a reason. A node
 * that failed restarts in a new process.
 */
export abstract class RestartingProcess {
  readonly #ports: RestartingProcessPorts;
  #child: ChildProcess | undefined;
  /** Called when the node runs, or has ended. */
  #onReady: () => void = () => undefined;
  /** Life of the newest start. */
  #life: number | string | undefined;
  /** Life whose files may exist. */
  #startedLife: number | string | undefined;
  #readyLife: number | string | undefined;
  /** Restarts after failures in this life. */
  #restarts = 0;
  #isOut = false;
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

  /** Number of restarts after failures in the present life. */
  get restarts(): number {
    return this.#restarts;
  }

  /** True if the node has failed and does not start again in this life. */
  get isOut(): boolean {
    return this.#isOut;
  }

  get isRunning(): boolean {
    return this.#child?.connected === true && this.#fault === undefined;
  }

  /** Begins the present life. Resolves when the node runs, or has ended. */
  begin(): Promise<void> {
    [this.#fault, this.#restarts, this.#isOut] = [undefined, 0, false];
    this.#cancelRestart();
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
    [this.#life, this.#startedLife] = [start.life, start.life];
    this.send({ ...start, isFirst });
  }

  #fork(): ChildProcess {
    const child = startChild(this.#ports.main);
    child.on("message", (message: unknown) => {
      if (this.#child === child) this.#take(message);
    });
    child.on("error", () => this.#ended(child));
    child.on("exit", () => this.#ended(child));
    letEnd(child);
    return child;
  }

  #take(message: unknown): void {
    const { type, life, reason } = typeof message === "object" && message !== null ? (message as StateFields) : {};
    if (type === "ready") {
      if (life !== this.#life) return;
      this.#readyLife = this.#life;
      this.#onReady();
    } else if (type === "failed") {
      // An earlier life can report a failure late.
      if (life === this.#life) this.#failed(typeof reason === "string" ? reason : "no reason");
    } else this.take(message);
  }

  #failed(reason: string): void {
    const isKnown = this.#fault !== undefined;
    this.#fault = reason;
    this.#onReady();
    if (isKnown) return;
    this.#isOut = this.#restarts >= (this.#ports.maxRestarts ?? 0);
    if (this.#isOut) return;
    this.#restarts++;
    // A start that never ran a node has no files of this life.
    if (this.#readyLife !== this.#startedLife) this.#startedLife = undefined;
    this.#child?.kill("SIGKILL");
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#onReady();
    this.ended();
    if (this.#isClosed || this.#isCrashed) return;
    const delayMs = RESTART_MS * 2 ** this.#restarts;
    this.#cancelRestart = this.#ports.clock.after(delayMs, () => {
      if (!this.#isOut) this.#fault = undefined;
      this.#start();
    });
  }
}

/** Fields of a message, unchecked. */
interface StateFields {
  readonly type?: unknown;
  readonly life?: unknown;
  readonly reason?: unknown;
}
