import { AbiCoder } from "ethers";
import { assetId } from "../../../ground/protocol/asset-message.ts";
import { fromHex, hashTag, hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { chargedGas, unitBudget } from "../../../ground/protocol/native-budget.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { Chain } from "../../chain.ts";
import { provingRefusal } from "../../sequencer/proving-refusal.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import type { CallAnswer } from "../../questions/asked/question.ts";
import { estimatePlace, type BlockContext } from "./asked-place.ts";
import type { Asking } from "./asking.ts";
import { outputOf } from "./call-outcome.ts";
import { askedCall, parseCall, type RpcCall } from "../request/call-request.ts";
import type { RpcClient } from "../request/dispatch.ts";

/** The queue on L1 takes no operation with less: intrinsic gas, and EIP-7623's floor for a byte that is not zero. */
const LEAST_GAS = 21_000n;
/** Gas of an empty transaction; LEAST_GAS includes it. */
const INTRINSIC_GAS = 21_000n;
const LEAST_GAS_PER_BYTE = 40n;
const CREATION_GAS = 32_000n;
/** Previous signature of the deposit entry, before assets had ids. Clients still estimate with it. */
const OLD_DEPOSIT = selector("finalizeDeposit(address,address,address,uint256,bytes)");
const DEPOSIT = selector("finalizeDeposit(uint256,bytes32,bytes)");
const METADATA_VERSION = "01";

/**
 * Gas for an operation that comes through L1's queue, by running it in the newest state, with a quarter on top: by the rules of
 * today, and if an upgrade to a proven version is announced also by those, since the operation may be taken
 * under either. The sender is given the operation's value first, as the queue's payout does. `l1ChainId` is undefined on a chain
 * that has no L1. Throws RpcError where the operation would fail.
 */
export async function estimateFromL1(
  chain: Chain,
  ask: Asking,
  transaction: unknown,
  l1ChainId: ChainId | undefined,
  client: RpcClient | undefined,
): Promise<Hex> {
  const call = parseCall(transaction);
  const creates = (call.to === undefined || BigInt(call.to) === 0n) && call.data !== "0x";
  const target = creates ? undefined : call.to;
  const data = target === PREDEPLOYS.L2AssetRouter && l1ChainId !== undefined ? presentDeposit(call.data, l1ChainId) : call.data;
  const length = BigInt(fromHex(data).length);
  const intrinsic = LEAST_GAS + LEAST_GAS_PER_BYTE * length + (creates ? CREATION_GAS : 0n);
  const asked = { ...call, to: target, data };
  const question = { chain, ask, call: asked, client };
  const today = await estimate(question, intrinsic);
  if (chain.sequencer.nextEnvironment.isMetered || !isProvenOnL1(chain.announcedVersion())) return hexQuantity(today);
  const announced = await estimate({ ...question, isMetered: true }, intrinsic);
  return hexQuantity(announced > today ? announced : today);
}

interface OperationQuestion {
  readonly chain: Chain;
  readonly ask: Asking;
  readonly call: RpcCall;
  readonly client: RpcClient | undefined;
  /** Set if units count before the chain is proven. */
  readonly isMetered?: true;
}

type Runner = (gasLimit: bigint) => Promise<CallAnswer>;

/** Gas that is enough in each block that may hold the operation, if it succeeds there at all; it has to in the likeliest. */
async function estimate(question: OperationQuestion, intrinsic: bigint): Promise<bigint> {
  const { at, block, otherBlocks } = estimatePlace(question.chain);
  const full = await runner(question, { at, block })(TRANSACTION_GAS_CAP);
  let total = await enoughFor(full, runner(question, { at, block }), intrinsic);
  if (!full.readsTime) return total;
  for (const other of otherBlocks) {
    const run = runner(question, { at, block: other });
    if (await succeeds(run, total)) continue;
    const otherwise = await run(TRANSACTION_GAS_CAP);
    if (otherwise.receipt?.success !== true || provingRefusal(otherwise.receipt, TRANSACTION_GAS_CAP) !== undefined) continue;
    const more = await enoughFor(otherwise, run, intrinsic);
    if (more > total) total = more;
  }
  return total;
}

/** Gas that is enough, with a quarter on top, for what `full` did with all gas. Throws RpcError where it failed. */
async function enoughFor(full: CallAnswer, run: Runner, intrinsic: bigint): Promise<bigint> {
  outputOf(full);
  const refusal = full.receipt === undefined ? undefined : provingRefusal(full.receipt, TRANSACTION_GAS_CAP);
  if (refusal !== undefined) throw refusal;
  const used = chargedGas(full.receipt?.gasUsed ?? 0n, unitsOf(full)) - INTRINSIC_GAS;
  let gas = (used * 5n) / 4n;
  // What calls keep back of their gas can make the gas that was used too little.
  while (intrinsic + gas < TRANSACTION_GAS_CAP && !(await succeeds(run, intrinsic + gas))) gas = gas * 2n + LEAST_GAS;
  const total = intrinsic + gas;
  return total < TRANSACTION_GAS_CAP ? total : TRANSACTION_GAS_CAP;
}

async function succeeds(run: Runner, gasLimit: bigint): Promise<boolean> {
  const answer = await run(gasLimit);
  // It says nothing about its gas.
  if (answer.isLate) outputOf(answer);
  return answer.receipt?.success === true && unitsOf(answer) <= unitBudget(gasLimit);
}

/** Units that the call takes to prove, if they were counted. */
function unitsOf({ receipt }: CallAnswer): number {
  return receipt?.native?.units ?? 0;
}

function runner({ chain, ask, call, client, isMetered }: OperationQuestion, { at, block }: BlockContext): Runner {
  return async (gasLimit) => {
    const { balanceWei } = await chain.engine.state("now").account(call.from);
    const overrides = [{ address: call.from, balanceWei: balanceWei + call.valueWei }];
    const inBlock = { ...block, isMetered: isMetered ?? block.isMetered };
    return ask("call", { at, block: inBlock, overrides, call: askedCall(call, gasLimit) }, client);
  };
}

/** Converts a deposit from its old form to that of L1's bridge; returns all other data unchanged. */
function presentDeposit(data: Hex, l1ChainId: ChainId): Hex {
  if (!data.startsWith(OLD_DEPOSIT)) return data;
  const abi = AbiCoder.defaultAbiCoder();
  try {
    const fields = abi.decode(["address", "address", "address", "uint256", "bytes"], `0x${data.slice(10)}`);
    const [depositor, receiver, token, amount, getters] = fields as unknown as [string, string, Hex, bigint, string];
    const [name, symbol, decimals] = abi.decode(["bytes", "bytes", "bytes"], getters) as unknown as [string, string, string];
    const described = abi.encode(["uint256", "bytes", "bytes", "bytes"], [l1ChainId, name, symbol, decimals]);
    const metadata = `0x${METADATA_VERSION}${described.slice(2)}`;
    const transfer = abi.encode(
      ["address", "address", "address", "uint256", "bytes"],
      [depositor, receiver, token, amount, metadata],
    );
    return `${DEPOSIT}${abi.encode(["uint256", "bytes32", "bytes"], [l1ChainId, assetId(l1ChainId, token), transfer]).slice(2)}` as Hex;
  } catch {
    // Not what clients send: then it fails as it would on L2.
    return data;
  }
}

function selector(signature: string): string {
  return hashTag(signature).slice(0, 10);
}
