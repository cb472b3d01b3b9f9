import { RpcCode, RpcError } from "./json-rpc.ts";

/** Does work in the order in which it comes, one piece after the other. */
export type Line = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A line in which so many may be, the one whose turn it is included. It rejects others with RpcError, saying what is busy. */
export function oneAtATime(places: number, what: string): Line {
  let last: Promise<unknown> = Promise.resolve();
  let inLine = 0;
  return async (work) => {
    if (inLine >= places) throw new RpcError(RpcCode.limitExceeded, `${places} ${what}; try again later`);
    inLine++;
    const done = last.then(work);
    last = done.catch(() => undefined).finally(() => inLine--);
    return done;
  };
}
