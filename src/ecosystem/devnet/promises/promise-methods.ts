import * as v from "valibot";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { hexQuantity } from "../../../ground/protocol/hex.ts";
import { FactRefused } from "../../../chain/settlement-layer/facts/fact-refused.ts";
import { PromiseRefused } from "../../../chain/settlement-layer/promises/promise-refused.ts";
import type { PromiseImports } from "./promise-imports.ts";
import type { PromiseSigner } from "./promise-signer.ts";
import { jsonOfPromise, readShownPromise } from "./shown-promise.ts";

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const request = v.object({ toChain: whole, batchNumber: whole });

/** Signer of a chain, and its imports by promises of others; both undefined in an ecosystem without a judge of promises. */
export interface ChainPromises {
  readonly signer: PromiseSigner | undefined;
  readonly imports: PromiseImports | undefined;
}

/** Methods of a chain for promises: it promises its batches, and imports by promises of others. */
export function promiseMethods({ signer, imports }: ChainPromises): ReadonlyMap<string, RpcMethod> {
  const getPromise: RpcMethod = ([parameter]) =>
    orRefused(async () => {
      const read = v.safeParse(request, parameter);
      if (!read.success) throw new RpcError(RpcCode.invalidParams, "the parameter is {toChain, batchNumber}");
      if (signer === undefined) throw new PromiseRefused("ReceiverNotListed", "the ecosystem has no promises");
      const { toChain, batchNumber } = read.output;
      return jsonOfPromise(await signer.sign(BigInt(toChain), BigInt(batchNumber)));
    });
  const importPromise: RpcMethod = ([parameter]) =>
    orRefused(async () => {
      const shown = readShownPromise(parameter);
      if (imports === undefined) throw new PromiseRefused("SourceNotListed", "this chain takes no promises");
      return hexQuantity(await imports.import(shown));
    });
  return new Map([
    ["hyperchain_getPromise", getPromise],
    ["hyperchain_importPromise", importPromise],
  ]);
}

async function orRefused<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PromiseRefused) && !(error instanceof FactRefused)) throw error;
    throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
  }
}
