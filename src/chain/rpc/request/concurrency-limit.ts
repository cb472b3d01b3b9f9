import { RpcCode, RpcError } from "./json-rpc.ts";

/** Runs work in the order of arrival, a limited number of pieces at a time. */
type ConcurrencyLimit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * A queue with a maximum length, including the running piece. It rejects others with RpcError, which names
 * the busy resource.
 */
export function oneAtATime(places: number, resource: string): ConcurrencyLimit {
  return someAtATime(1, places, resource);
}

/** A queue like that of `oneAtATime`, with several running pieces. */
export function someAtATime(width: number, places: number, subject: string): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay + waiting.length >= places) throw new RpcError(RpcCode.limitExceeded, `${places} ${subject}; try again later`);
    // Finished work hands its place to the next, so that no later work comes in between.
    if (underWay < width) underWay++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) underWay--;
      else next();
    }
  };
}
