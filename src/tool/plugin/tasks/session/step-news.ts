import type { MessageInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";

/** Shows each step of a message once. An early step can come late: a promised batch is settled after its message has arrived. */
export class StepNews {
  readonly #seenSteps = new Map<string, Set<string>>();

  /** Steps of a message that were not shown before. */
  next(message: string, steps: MessageInfo["steps"]): MessageInfo["steps"] {
    const seen = this.#seenSteps.get(message) ?? new Set();
    this.#seenSteps.set(message, seen);
    const news = steps.filter(({ step }) => !seen.has(step));
    for (const { step } of news) seen.add(step);
    return news;
  }
}
