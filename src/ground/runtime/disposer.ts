/** Collector of resources that must end before their owner. */
export interface Disposer {
  add(end: () => unknown): void;
  /** Ends everything, the newest first, and all of it even if one fails. Rejects with an AggregateError then. Once. */
  close(): Promise<void>;
}

export function createDisposer(subject: string): Disposer {
  const ends: (() => unknown)[] = [];
  return {
    add: (end) => void ends.push(end),
    async close() {
      const failures: unknown[] = [];
      for (const end of ends.splice(0).reverse()) {
        try {
          await end();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, `not everything of ${subject} could be closed`);
    },
  };
}

/** Starts something whose parts are added as they start; where that fails, what has started is closed. */
export async function startOrDispose<T>(subject: string, start: (closing: Disposer) => Promise<T>): Promise<T> {
  const closing = createDisposer(subject);
  try {
    return await start(closing);
  } catch (error) {
    // The first fault is the one to tell.
    await closing.close().catch(() => undefined);
    throw error;
  }
}
