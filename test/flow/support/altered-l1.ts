import { Log, type Provider } from "ethers";

/** Alterations of an L1's answers. */
export interface Alterations {
  readonly logs?: (logs: readonly Log[]) => readonly Log[];
  /** Blocks whose logs are given in one answer; others are refused. */
  readonly blocksPerAnswer?: number;
  /** Alters a transaction's calldata; returns undefined to hide the transaction. */
  readonly calldata?: (data: string, hash: string) => string | undefined;
  readonly call?: (answer: string, data: string) => string;
  readonly blockHash?: (hash: string | null, asked: number) => string | null;
}

/** An L1 that lies: the provider with some of its answers altered, and without traces, in which the truth would be. */
export function alteredL1(l1: Provider, { logs, blocksPerAnswer = Infinity, calldata, call, blockHash }: Alterations): Provider {
  let blocksAsked = 0;
  const replaced: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    getLogs: async (...args: Parameters<Provider["getLogs"]>) => {
      const { fromBlock, toBlock } = args[0] as { readonly fromBlock: number; readonly toBlock: number };
      if (toBlock - fromBlock >= blocksPerAnswer) throw new Error("query returned more than 10000 results");
      const answer = await l1.getLogs(...args);
      return logs === undefined ? answer : logs(answer);
    },
    getTransaction: async (hash: string) => {
      const answer = await l1.getTransaction(hash);
      const data = answer === null ? undefined : calldata === undefined ? answer.data : calldata(answer.data, hash);
      return data === undefined ? null : { data };
    },
    call: async (request: Parameters<Provider["call"]>[0]) => {
      const answer = await l1.call(request);
      return call === undefined ? answer : call(answer, String(request.data));
    },
    getBlock: async (tag: Parameters<Provider["getBlock"]>[0]) => {
      const answer = await l1.getBlock(tag);
      if (answer === null) return null;
      const { number, hash, timestamp } = answer;
      return { number, timestamp, hash: blockHash === undefined ? hash : blockHash(hash, blocksAsked++) };
    },
  };
  return new Proxy(l1, {
    get(target, name) {
      const own = replaced[String(name)];
      if (own !== undefined) return own;
      if (name === "send") return undefined;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A log with other data. */
export function withData(log: Log, data: string): Log {
  return new Log({ ...log, data }, log.provider);
}

/** The hexadecimal text with one bit of one byte changed; `place` counts bytes. */
export function flipBit(hex: string, place: number, bit = 0): string {
  const at = 2 + 2 * place;
  const byte = Number.parseInt(hex.slice(at, at + 2), 16) ^ (1 << bit);
  return hex.slice(0, at) + byte.toString(16).padStart(2, "0") + hex.slice(at + 2);
}
