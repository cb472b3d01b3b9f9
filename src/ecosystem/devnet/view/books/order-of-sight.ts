import type { MessageInfo } from "./ecosystem-info.ts";

/**
 * Puts messages into the order in which they were first seen. A new one never comes between those that were counted before, so
 * pages of them leave nothing out and repeat nothing. What is not among them any more is forgotten.
 */
export function orderOfSight(): (messages: readonly MessageInfo[]) => readonly MessageInfo[] {
  let known: ReadonlyMap<string, number> = new Map();
  let newest = 0;
  return (messages) => {
    const times = new Map<string, number>();
    const placed = messages.map((message) => {
      const id = idOf(message);
      const time = (times.get(id) ?? 0) + 1;
      times.set(id, time);
      const name = `${id}:${time}`;
      return { name, message, place: known.get(name) ?? newest++ };
    });
    known = new Map(placed.map(({ name, place }) => [name, place]));
    return placed.sort((a, b) => a.place - b.place).map(({ message }) => message);
  };
}

/** A transaction can send the same several times. */
function idOf({ sourceChainId, sender, messageHash, steps }: MessageInfo): string {
  return `${sourceChainId}:${sender}:${messageHash}:${steps[0]?.transactionHash ?? ""}`;
}
