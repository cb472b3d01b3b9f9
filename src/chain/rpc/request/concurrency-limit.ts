import { RpcCode, RpcError } from "./json-rpc.ts";

/** Does work in the order in which it comes, so many pieces at a time. */
type ConcurrencyLimit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A line in which so many may be, the one whose turn it is included. It rejects others with RpcError, saying what is busy. */
export function oneAtATime(places: number, what: string): ConcurrencyLimit {
  return someAtATime(1, places, what);
}

/** As `oneAtATime`, with several pieces of work under way. */
export function someAtATime(width: number, places: number, what: string): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay + waiting.length >= places) throw new RpcError(RpcCode.limitExceeded, `${places} ${what}; try again later`);
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
