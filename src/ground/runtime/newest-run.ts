/**
 * Work that is done once at a time, for all that ask: a call while it runs gets the run behind that one, which sees what was so
 * when it was called.
 */
export function newestRun<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  let next: Promise<Result> | undefined;
  const start = (): Promise<Result> => {
    next = undefined;
    running = work().finally(() => (running = undefined));
    return running;
  };
  return () => {
    if (next === undefined && running === undefined) return start();
    next ??= running?.then(start, start);
    return next ?? start();
  };
}
