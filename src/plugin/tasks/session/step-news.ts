import type { MessageInfo } from "../../../devnet/view/books/ecosystem-info.ts";

/** Shows each step of a message once. An early step can come late: a promised batch is settled after its message has arrived. */
export class StepNews {
  readonly #shown = new Map<string, Set<string>>();

  /** Steps of a message that were not shown before. */
  next(message: string, steps: MessageInfo["steps"]): MessageInfo["steps"] {
    const shown = this.#shown.get(message) ?? new Set();
    this.#shown.set(message, shown);
    const news = steps.filter(({ step }) => !shown.has(step));
    for (const { step } of news) shown.add(step);
    return news;
  }
}
