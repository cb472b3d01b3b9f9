import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { startLocalL1 } from "../../../support/l1.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  furtherVersion,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  send,
  type ChainConfiguration,
  type Ecosystem,
  NO_EXECUTION_PROOFS,
} from "./ecosystem.ts";
import { TestChain } from "./chain.ts";

export const FREEZE_SECONDS = 50n;
export const CYCLE_SECONDS = 1_700n;
export const NEXT_VERSION = furtherVersion(1);
export const REPLACEMENT = furtherVersion(2);
export const THIRD_VERSION = furtherVersion(3);

/** An ecosystem whose sixth account is the council, with three further versions. */
export interface FreezeScene {
  readonly ecosystem: Ecosystem;
  readonly council: HardhatEthersSigner;
  /** Creates a separate chain. */
  create(overrides?: Partial<ChainConfiguration>): Promise<TestChain>;
  freeze(versions: readonly bigint[], seconds?: bigint): Promise<unknown>;
  /** Freezes a version that is not frozen, has the council agree, and halts it. */
  halt(version: bigint, replacement?: bigint): Promise<void>;
  /** Past the present freezes and their cycle. */
  nextCycle(): Promise<void>;
  /** `secondVerifier`: address of one; default: none. */
  addVersion(version: bigint, secondVerifier?: string): Promise<void>;
}

export async function deployFreezeScene(): Promise<FreezeScene> {
  const l1 = await startLocalL1();
  const [, , , , , council] = await l1.ethers.getSigners();
  const freezes = { council: council!.address, freezeTime: FREEZE_SECONDS, freezeCycle: CYCLE_SECONDS };
  const ecosystem = await deployEcosystem(0n, async () => l1, 0n, freezes);
  const { verifiers } = ecosystem;
  let nextChainId = 300n;
  const scene: FreezeScene = {
    ecosystem,
    council: council!,
    async create(overrides = {}) {
      return TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
    },
    freeze: (versions, seconds = FREEZE_SECONDS) => send(as(verifiers, council!), "freeze", versions, seconds),
    async halt(version, replacement = 0n) {
      await scene.freeze([version]);
      await send(as(verifiers, council!), "approveHalt", version, replacement);
      await send(verifiers, "halt", version, replacement);
    },
    nextCycle: () => ecosystem.increaseTime(FREEZE_SECONDS + CYCLE_SECONDS),
    async addVersion(version, secondVerifier = NO_EXECUTION_PROOFS.secondVerifier) {
      const verifier = await (await l1.deploy("VerifierDouble")).getAddress();
      const [tree, reader] = [await ecosystem.stateTree.getAddress(), await ecosystem.reader.getAddress()];
      const genesis = { genesisStateRoot: GENESIS_ROOT, genesisLeafCount: GENESIS_LEAVES };
      const content = { tree, reader, ...genesis, ...NO_EXECUTION_PROOFS, verifier, secondVerifier };
      await send(verifiers, "addVersion", version, content);
    },
  };
  for (const version of [NEXT_VERSION, REPLACEMENT, THIRD_VERSION]) await scene.addVersion(version);
  return scene;
}
