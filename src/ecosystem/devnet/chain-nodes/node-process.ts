import type { ChildProcess } from "node:child_process";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { endChild, letEnd, startChild } from "../../../ground/runtime/child-process.ts";
import { isFromNode } from "./from-node.ts";
import type { FromNode, NodeAnswers, NodeQuestion, NodeStart, ToNode } from "./messages.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url);
/** Time until a node that died restarts, and after which an answer no longer counts. */
const RESTART_MS = 500;
const MAX_ANSWER_MS = 30_000;

interface NodeProcessPorts {
  readonly clock: Clock;
  /** Start of the node in the present life. */
  readonly start: () => Omit<NodeStart, "isFirst">;
  readonly onMessage: (message: Exclude<FromNode, { readonly type: "answer" | "ready" }>) => void;
}

/** Process of a node, which restarts if it dies: its files have its votes and decisions. */
export class NodeProcess {
  readonly #ports: NodeProcessPorts;
  readonly #answers = new Map<number, (answer: NodeAnswers[keyof NodeAnswers] | undefined) => void>();
  #child: ChildProcess | undefined;
  #nextId = 0;
  /** Called when the node runs, or has ended. */
  #onReady: () => void = () => undefined;
  #startedLife: number | undefined;
  #isCrashed = false;
  #isClosed = false;
  #cancelRestart: () => void = () => undefined;
  /** Reason why the node has stopped; undefined while it runs. */
  #fault: string | undefined;

  constructor(ports: NodeProcessPorts) {
    this.#ports = ports;
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

  send(message: ToNode): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  /** Undefined if the node does not answer in this time, or has ended. */
  ask<Question extends NodeQuestion>(
    question: Question,
    maxMs = MAX_ANSWER_MS,
  ): Promise<NodeAnswers[Question["question"]] | undefined> {
    const id = this.#nextId++;
    if (!this.isRunning) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const end = (answer: NodeAnswers[keyof NodeAnswers] | undefined): void => {
        cancel();
        this.#answers.delete(id);
        // The node answers the question that has the number.
        resolve(answer as NodeAnswers[Question["question"]] | undefined);
      };
      const cancel = this.#ports.clock.after(maxMs, () => end(undefined));
      this.#answers.set(id, end);
      this.send({ type: "ask", id, ...question });
    });
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
    const child = startChild(MAIN);
    child.on("message", (message: unknown) => {
      if (isFromNode(message)) this.#take(message);
    });
    child.on("error", () => this.#ended(child));
    child.on("exit", () => this.#ended(child));
    letEnd(child);
    return child;
  }

  #take(message: FromNode): void {
    if (message.type === "ready") {
      if (message.life === this.#startedLife) this.#onReady();
    } else if (message.type === "answer") this.#answers.get(message.id)?.(message.answer);
    else {
      if (message.type === "failed") {
        this.#fault = message.reason;
        this.#onReady();
      }
      this.#ports.onMessage(message);
    }
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#onReady();
    for (const end of [...this.#answers.values()]) end(undefined);
    if (this.#isClosed || this.#isCrashed) return;
    this.#cancelRestart = this.#ports.clock.after(RESTART_MS, () => this.#start());
  }
}
