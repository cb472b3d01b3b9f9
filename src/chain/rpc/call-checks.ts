import type { Chain } from "../chain.ts";
import type { GuardVerdict } from "../execution/code-guard.ts";
import { askedState } from "./asked-place.ts";
import { QUIET_GAS } from "../execution/code-guard.ts";
import { TRANSACTION_GAS_CAP } from "../transaction/gas-cap.ts";
import { reachOf } from "../execution/code-reach.ts";
import { isHostileCode } from "../model/hostile-code.ts";
import { fromHex, hexQuantity } from "../../protocol/hex.ts";
import type { UnsignedEngineTransaction } from "../transaction/transaction.ts";
import type { AccountOverride } from "../witness/asked-call.ts";
import type { Preview } from "../witness/reexecution.ts";
import { requireRunnable } from "./call-outcome.ts";
import type { RpcCall } from "./request/call-request.ts";
import { RpcCode, RpcError } from "./request/json-rpc.ts";

/** Tags of blocks that are others as the chain goes on. */
const MOVING_TAGS = new Set(["latest", "pending", "safe", "finalized"]);

/** Gas of a call: what it names, up to what a transaction may have. */
export function capped(gas: bigint | undefined): bigint {
  return gas === undefined || gas > TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : gas;
}

/** Whether the tag names the newest block, or the next one. */
export function isNewest({ sequencer }: Chain, tag: unknown): boolean {
  if (tag === "latest" || tag === "pending") return true;
  return typeof tag === "string" && /^0x[0-9a-fA-F]+$/.test(tag) && BigInt(tag) === sequencer.head.number;
}

/**
 * The block that a tag names now. Code is judged where the engine then runs it: it may have been another at an older block, and
 * a delegation (EIP-7702) may change it while a question is under way.
 */
export function blockOf({ sequencer }: Chain, tag: unknown): unknown {
  return typeof tag === "string" && MOVING_TAGS.has(tag) ? hexQuantity(sequencer.head.number) : tag;
}

/** Where a call of this process may run. Throws RpcError for code that no engine may run. */
export async function judgeCall(
  chain: Chain,
  call: RpcCall,
  overrides: readonly AccountOverride[],
  block: unknown,
): Promise<GuardVerdict> {
  const codes = overrides.flatMap(({ code }) => (code === undefined ? [] : [fromHex(code)]));
  const initCode = call.to === undefined ? [fromHex(call.data)] : [];
  if ([...codes, ...initCode].some(isHostileCode)) {
    throw new RpcError(
      RpcCode.rejected,
      "the call runs code that begins with an incomplete PUSH20, which this chain's engine cannot run",
      {
        code: "HostileCode",
      },
    );
  }
  // Overridden code could create contracts wherever the call gets; ask the other engine if any of it can.
  if (codes.some((code) => reachOf(code).creates || code[0] === 0xef)) return "unknown";
  const own = overrides.find(({ address, code }) => address === call.to && code !== undefined)?.code;
  // What it may use is its own affair: it is judged as one that can use little.
  const gasLimit = capped(call.gas) < QUIET_GAS ? capped(call.gas) : QUIET_GAS;
  return chain.guard.judge({ ...call, gasLimit }, async (address) => own ?? askedState(chain, block).code(address));
}

/** What the call would do as a transaction, in the witness. Throws RpcError for what the engine must not run. */
export async function previewCall(
  { engine, witness, guard, sequencer }: Chain,
  call: RpcCall,
  gasLimit: bigint,
): Promise<Preview> {
  const { from, to, data, valueWei } = call;
  const { nonce } = await engine.state("now").account(from);
  const transaction: UnsignedEngineTransaction = {
    kind: "unsigned",
    from,
    to,
    data,
    valueWei,
    gasLimit,
    nonce,
    isImpersonated: true,
  };
  const preview = await witness.request("preview", { transaction, environment: sequencer.nextEnvironment });
  const isHostile = ![...preview.initCodes, ...preview.runtimeCodes].every((code) => guard.admits(code));
  requireRunnable({ ...preview, isHostile }, Infinity);
  return preview;
}
