import { Interface } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";

import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ZERO_ADDRESS } from "../model/aliases.ts";
import { OWN_ASSET } from "../l2/plan.ts";
import { exitOpensAt } from "../model/exits.ts";
import type { World } from "../model/world.ts";
import type { Scene } from "../support/scene.ts";

/** Destination of transfers to nowhere. */
export const NO_CHAIN = 999_999n;

/** State of one chain on L1. */
export interface ChainAudit {
  readonly id: bigint;
  readonly committed: bigint;
  readonly verified: bigint;
  readonly executed: bigint;
  readonly revertCount: bigint;
  readonly exited: bigint;
  readonly queued: bigint;
  readonly taken: bigint;
  readonly stateRoot: bigint;
  readonly exitOpensAt: bigint;
  /** Per asset: balance, pot, transit. */
  readonly assets: readonly (readonly [balance: bigint, pot: bigint, transit: bigint])[];
}

/** State of the whole ecosystem on L1. */
export interface Audit {
  readonly chains: readonly ChainAudit[];
  /** Per L1 asset: what the bridge holds. */
  readonly held: readonly bigint[];
  /** Ids of the assets of each chain's amounts, in order: those of L1 first. */
  readonly assetIds: readonly Hex[];
  readonly rootCount: bigint;
  readonly latestRoot: bigint;
}

const WORDS_PER_CHAIN = 9;
const AUDITOR = new Interface([
  "function audit(address factory, address roots, uint256[] chainIds, bytes32[] assets, address[] tokens) view returns (uint256[])",
]);

function l1Tokens(scene: Scene): Hex[] {
  return [ZERO_ADDRESS, ...Object.values(scene.tokens)];
}

/** Ids of the audited assets: those of L1 first, then what each chain issues. */
function assetIds(scene: Scene, world: World): Hex[] {
  const ofL1 = l1Tokens(scene).map((token) => assetId(world.l1ChainId, token));
  return [...ofL1, ...world.chainIds.value.map((id) => assetId(id, OWN_ASSET))];
}

/** Asks L1, in one call. */
export async function auditL1(scene: Scene, world: World): Promise<Audit> {
  const ids = [...world.chainIds.value, NO_CHAIN];
  const assets = assetIds(scene, world);
  const { factory, roots } = world.addresses;
  const data = AUDITOR.encodeFunctionData("audit", [factory, roots, ids, assets, l1Tokens(scene)]) as Hex;
  const answer = await scene.l1.read(scene.auditor, data);
  const words = answer
    .slice(2 + 128)
    .match(/.{64}/g)!
    .map((word) => BigInt(`0x${word}`));
  let at = 0;
  const next = (): bigint => words[at++]!;
  const chains = ids.map((id): ChainAudit => {
    const [committed, verified, executed, revertCount, exited, queued, taken, stateRoot, opensAt] = Array.from(
      { length: WORDS_PER_CHAIN },
      next,
    ) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    const amounts = assets.map(() => [next(), next(), next()] as const);
    return {
      id,
      committed,
      verified,
      executed,
      revertCount,
      exited,
      queued,
      taken,
      stateRoot,
      exitOpensAt: opensAt,
      assets: amounts,
    };
  });
  const held = l1Tokens(scene).map(next);
  return { chains, held, assetIds: assets, rootCount: next(), latestRoot: next() };
}

/** State of L1 that the model expects. */
export function auditModel(scene: Scene, world: World): Audit {
  const assets = assetIds(scene, world);
  const { balance, pot, transit } = world.bridge;
  const amountsOf = (id: bigint): ChainAudit["assets"] =>
    assets.map((asset) => [balance.get(id, asset), pot.get(id, asset), transit.get(id, asset)] as const);
  const chains = world.allChains().map((chain): ChainAudit => ({
    id: chain.id,
    committed: chain.committed.value,
    verified: chain.verified.value,
    executed: chain.executed.value,
    revertCount: chain.revertCount.value,
    exited: chain.exited.value ? 1n : 0n,
    queued: chain.operationsQueued.value,
    taken: chain.operationsExecuted.value,
    stateRoot: BigInt(chain.executedStateRoot.value),
    exitOpensAt: exitOpensAt(chain),
    assets: amountsOf(chain.id),
  }));
  const nowhere = {
    committed: 0n,
    verified: 0n,
    executed: 0n,
    revertCount: 0n,
    exited: 0n,
    queued: 0n,
    taken: 0n,
    stateRoot: 0n,
    exitOpensAt: 0n,
  };
  const tokens = Object.values(scene.tokens).map((token) => world.tokens.get(token)!.balance.get(world.addresses.bridge));
  return {
    chains: [...chains, { id: NO_CHAIN, ...nowhere, assets: amountsOf(NO_CHAIN) }],
    held: [world.ether.value, ...tokens],
    assetIds: assets,
    rootCount: BigInt(world.roots.value.length - 1),
    latestRoot: BigInt(world.roots.value.at(-1)!),
  };
}
