import type { Hex } from "../src/ground/protocol/hex.ts";
import { connectBench, type BenchClient } from "./devnet-http-client.ts";

export interface Confirmations {
  /** From request to receipt, of each transaction. */
  readonly ms: readonly number[];
  readonly txPerSecond: number;
}

/** Sends a transaction, waits for its receipt and returns true if it succeeded. */
export type Confirm = (client: BenchClient, raw: Hex | undefined) => Promise<boolean>;

export const byJsonRpc: Confirm = async (client, raw) => {
  const hash = await client.send("eth_sendRawTransaction", [raw]);
  const receipt = (await client.send("eth_getTransactionReceipt", [hash])) as { readonly status: string } | null;
  return receipt?.status === "0x1";
};

export const byRest: Confirm = async (client, raw) => {
  const sent = (await client.post("/transactions?wait=included", { raw })) as {
    readonly receipt?: { readonly success: boolean } | null;
  };
  return sent.receipt?.success === true;
};

/**
 * Sends transactions over HTTP, on as many connections: each sends its next one when it has the receipt of the last. One
 * account's transactions must stay on one connection: number n goes out on connection n modulo `connections`.
 */
export async function measureConfirmations(
  url: string,
  raws: readonly Hex[],
  connections: number,
  confirm = byJsonRpc,
): Promise<Confirmations> {
  const ms: number[] = [];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const client = connectBench(url);
      try {
        for (let i = connection; i < raws.length; i += connections) {
          const sent = performance.now();
          if (!(await confirm(client, raws[i]))) throw new Error(`transaction ${i} did not succeed`);
          ms.push(performance.now() - sent);
        }
      } finally {
        client.close();
      }
    }),
  );
  return { ms, txPerSecond: (raws.length / (performance.now() - begun)) * 1000 };
}
