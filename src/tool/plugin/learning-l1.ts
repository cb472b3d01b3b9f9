import type { L1Connection } from "../../ecosystem/devnet/described/l1-connection.ts";

/** Questions that change nothing, so that they can be put again. */
const REPEATABLE: ReadonlySet<string> = new Set(["eth_call", "eth_estimateGas"]);

/**
 * An L1 of Hardhat's engine whose failing calls name lines of contracts that were compiled since it began: the engine learns of
 * them when a call fails, and a question is then put again. `learn` says whether there was something new.
 */
export function learningL1(connection: L1Connection, learn: () => Promise<boolean>): L1Connection {
  const { provider } = connection;
  return {
    provider: {
      async request(args) {
        try {
          return await provider.request(args);
        } catch (error) {
          // Without it the error has no lines, and is the same one.
          const isNew = await learn().catch(() => false);
          if (!isNew || !REPEATABLE.has(args.method)) throw error;
          return provider.request(args);
        }
      },
      on: (event, listener) => provider.on(event, listener),
      removeListener: (event, listener) => provider.removeListener(event, listener),
    },
    close: () => connection.close(),
  };
}
