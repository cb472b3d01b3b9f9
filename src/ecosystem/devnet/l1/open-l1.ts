import { EngineError } from "../../../chain/execution/engine.ts";
import { feeHistoryAcross } from "../../../chain/past/fee-history.ts";
import { PlaceError } from "../../../chain/past/place-error.ts";
import { startPastServer } from "../../../chain/past/past-server.ts";
import { PastBlocks } from "../../../chain/past/told-blocks.ts";
import { encodeState } from "../../../chain/witness/state-bytes.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { L1Connection } from "../described/l1-connection.ts";
import type { L1History } from "./past/l1-history.ts";
import type { L1Keeping, L1Place } from "./past/l1-places.ts";
import type { AskL1 } from "./past/read-change.ts";

/** An L1 up to one of its blocks, of which an engine is to make the later ones. */
export interface L1Past {
  readonly url: string;
  readonly chainId: number;
  readonly blockNumber: bigint;
}

/**
 * Opens an engine of L1 that continues from a checkpoint; earlier data are read from the ledger. Rejects with PlaceError
 * if the engine's L1 differs, or with the engine's error.
 */
export async function openL1At(
  place: L1Place,
  history: L1History,
  { blocks }: Pick<L1Keeping, "blocks">,
  connect: (past: L1Past) => Promise<L1Connection>,
): Promise<L1Connection> {
  const { chainId } = history;
  const head = BigInt(place.head.number);
  const told = new PastBlocks(history.blocks, (number) => blocks.entry(number));
  const server = await startPastServer({ chainId, head, state: encodeState(history.update()) }, told);
  try {
    const connection = await connect({ url: server.url, chainId, blockNumber: head });
    try {
      const ask: AskL1 = (method, ...params) => connection.provider.request({ method, params });
      await setBack(ask, history);
      for (const { method, params } of place.settings) await ask(method, ...params);
      const { hash } = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly hash: Hex };
      if (hash !== place.head.hash) throw new PlaceError("Differs", `L1's engine begins at ${hash}, not at ${place.head.hash}`);
      return acrossThePlace(connection, told, () => server.close());
    } catch (error) {
      await connection.close();
      throw error;
    }
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** A forked engine gives the accounts that it signs for the balance of a genesis, and takes their code. */
async function setBack(ask: AskL1, history: L1History): Promise<void> {
  for (const address of (await ask("eth_accounts")) as readonly Hex[]) {
    const { nonce, balance, code } = history.account(address);
    await ask("hardhat_setBalance", address, hexQuantity(balance));
    if ((await ask("eth_getCode", address, "latest")) !== code) await ask("hardhat_setCode", address, code);
    const got = BigInt((await ask("eth_getTransactionCount", address, "latest")) as Hex);
    if (got !== nonce) throw new PlaceError("Differs", `L1's engine has nonce ${got} for ${address}, and is to have ${nonce}`);
  }
}

/** The engine with what it does not answer, or answers wrongly, where blocks before the place are concerned. */
function acrossThePlace(connection: L1Connection, pastBlocks: PastBlocks, end: () => Promise<void>): L1Connection {
  const { provider } = connection;
  return {
    provider: {
      async request(args) {
        const { method, params = [] } = args;
        // The engine makes up the state roots of its headers, so no proof would fit them.
        if (method === "eth_getProof")
          throw new EngineError(
            "NotKept",
            "eth_getProof has no answer: the state roots in headers of an L1 that was started from a place are not its state's",
          );
        // EDR 0.22 tells of one block too many.
        if (method === "eth_feeHistory") {
          const newest = BigInt((await provider.request({ method: "eth_blockNumber" })) as string);
          const answer = await feeHistoryAcross(pastBlocks, newest, params, (rest) => provider.request({ method, params: rest }));
          if (answer !== undefined) return answer;
        }
        return provider.request(args);
      },
      on: (event, listener) => provider.on(event, listener),
      removeListener: (event, listener) => provider.removeListener(event, listener),
    },
    async close() {
      await connection.close();
      await end();
    },
  };
}
