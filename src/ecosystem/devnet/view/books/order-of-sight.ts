import type { MessageInfo } from "./ecosystem-info.ts";

/**
 * Sorts messages by the order in which they were first seen. A new one is never placed between earlier ones, so pages of
 * them omit nothing and repeat nothing. Messages that are no longer in the list are dropped.
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
