import type { Clock } from "../../../ground/runtime/clock.ts";
import { RestartingProcess } from "../../../ground/runtime/restarting-process.ts";
import { isFromNode } from "./from-node.ts";
import type { FromNode, NodeAnswers, NodeQuestion, NodeStart } from "./messages.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url);
/** Time after which an answer no longer counts. */
const MAX_ANSWER_MS = 30_000;

interface NodeProcessPorts {
  readonly clock: Clock;
  /** Start of the node in the present life. */
  readonly start: () => Omit<NodeStart, "isFirst">;
  readonly onMessage: (message: Exclude<FromNode, { readonly type: "answer" | "ready" | "failed" }>) => void;
}

/** Process of a chain's node: its files have its votes and decisions. */
export class NodeProcess extends RestartingProcess {
  readonly #ports: NodeProcessPorts;
  readonly #answers = new Map<number, (answer: NodeAnswers[keyof NodeAnswers] | undefined) => void>();
  #nextId = 0;

  constructor(ports: NodeProcessPorts) {
    super({ clock: ports.clock, main: MAIN, start: ports.start });
    this.#ports = ports;
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

  protected override take(message: unknown): void {
    if (!isFromNode(message)) return;
    if (message.type === "answer") this.#answers.get(message.id)?.(message.answer);
    else if (message.type !== "ready" && message.type !== "failed") this.#ports.onMessage(message);
  }

  protected override ended(): void {
    for (const end of [...this.#answers.values()]) end(undefined);
  }
}
