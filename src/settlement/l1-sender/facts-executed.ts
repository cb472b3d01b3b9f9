import { Interface } from "ethers";
import { chainFactoryAbi } from "../../abi/chain-factory.ts";
import type { Hex } from "../../protocol/hex.ts";
import { ImportKind, importKindOf, readFactIndex } from "../../protocol/import-kinds.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { registryInterface } from "../../settlement-layer/reader/contract-interfaces.ts";
import { nextBlockTime } from "../../settlement-layer/reader/l1-time.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import { atDepth, readContract } from "./chain-reader.ts";
import { attemptsDue, executeSource } from "./execute-source.ts";
import type { SenderContext } from "./sender-context.ts";

const factory = new Interface(chainFactoryAbi);
const LOOK_MS = 1_000;
const CLAIMS: readonly number[] = [ImportKind.statement, ImportKind.fact];

/**
 * Waits until L1 shows this chain every fact and statement that the batch imports. It has L1 check the proof of a statement
 * immediately, from stored evidence. At half of the patience since the batch's commit it requests
 * the execution of the source, from stored evidence, so a source that stops voids nothing. Rejects with SettlementError FactVoid
 * if L1 executed another batch with that number, deep enough, or none until the patience has passed: a rebuild for a block that
 * L1 undoes later would cost the chain its batches. If the fact was promised, L1 has judged the promise before.
 */
export async function awaitFacts(context: SenderContext, imports: readonly ImportedRoot[], batch: StoredBatch): Promise<void> {
  const facts = imports.filter(({ registryIndex }) => CLAIMS.includes(importKindOf(registryIndex)));
  if (facts.length === 0) return;
  const registry = await registryOf(context);
  for (const fact of facts) await awaitFact(context, registry, fact, batch);
}

async function awaitFact(
  context: SenderContext,
  registry: Hex,
  { registryIndex, root }: ImportedRoot,
  { batchNumber, committedAt }: StoredBatch,
): Promise<void> {
  const { factPatienceSeconds = 0 } = context;
  const patience = BigInt(factPatienceSeconds);
  for (let attempts = 0; ;) {
    if ((await valueOf(context, registry, registryIndex)) === root) return;
    const value = await valueOf(await atDepth(context, context.confirmations), registry, registryIndex);
    const isOther = BigInt(value) !== 0n && value !== root;
    const waited = (await timeOf(context)) - committedAt;
    const due = attemptsDue(waited, patience) + (importKindOf(registryIndex) === ImportKind.statement ? 1 : 0);
    if (!isOther && due > attempts) {
      attempts = due;
      if (await executeSource(context, registryIndex)) continue;
    }
    if ((isOther || waited > patience) && (await mayVoid(context, registryIndex))) {
      const reason = isOther
        ? `L1 executed that number with log root ${value}, not ${root}`
        : `L1 has not executed that batch ${factPatienceSeconds} seconds after this one's commit`;
      const imported = `batch ${batchNumber} imports ${nameOf(registryIndex)}`;
      throw new SettlementError("FactVoid", `${imported}, and ${reason}`, { voided: { batchNumber, index: registryIndex } });
    }
    await context.delay(LOOK_MS, "execute");
  }
}

function nameOf(index: bigint): string {
  const { chainId, batchNumber } = readFactIndex(index) ?? {};
  return chainId === undefined ? "a statement without a proof on L1" : `a fact about batch ${batchNumber} of chain ${chainId}`;
}

/** A request that fails is repeated: a chain rebuilds only after the report of its promise is mined. */
async function mayVoid(context: SenderContext, index: bigint): Promise<boolean> {
  try {
    return (await context.mayVoid?.(index)) ?? true;
  } catch {
    return false;
  }
}

/** Second of L1's next block, because an idle L1's newest block may be old. */
export async function timeOf({ provider }: SenderContext): Promise<bigint> {
  const { send } = provider;
  if (send !== undefined) return nextBlockTime({ send });
  return BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
}

/** The registry's answer depends on its caller, so the call is made in the name of the chain's contract. */
async function valueOf(
  { provider, hyperchain: from }: Pick<SenderContext, "provider" | "hyperchain">,
  to: Hex,
  index: bigint,
): Promise<Hex> {
  const data = registryInterface.encodeFunctionData("rootAt", [index]);
  return registryInterface.decodeFunctionResult("rootAt", await provider.call({ from, to, data }))[0] as Hex;
}

/** Address of the registry that the chain's contract reads. */
export async function registryOf(context: SenderContext): Promise<Hex> {
  const to = await readContract<string>(context, "factory");
  const answer = await context.provider.call({ to, data: factory.encodeFunctionData("messageRoot") });
  return factory.decodeFunctionResult("messageRoot", answer)[0] as Hex;
}
