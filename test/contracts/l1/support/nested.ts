import { AbiCoder, concat, getCreate2Address, keccak256, type BaseContract, type Signer } from "ethers";
import { referenceCompressor } from "../../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../../src/chain/state/change-set.ts";
import { proveNestedHolding, type NestedHoldingProof } from "../../../../src/chain/state/nested-holding-proof.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { assetId } from "../../../../src/ground/protocol/asset-message.ts";
import { digestToHex } from "../../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { bridgedTokenAddress, holdingKey } from "../../../../src/ground/protocol/holding.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { depositToken, ZERO_ADDRESS } from "./assets.ts";
import { TestChain, type BatchContent } from "./chain.ts";
import { expectedSettlement, type ExpectedSettlement, type Terms } from "./creator.ts";
import { as, defaultConfiguration, send, view, type ChainConfiguration, type Ecosystem } from "./ecosystem.ts";
import { activateExit } from "./exits.ts";

/** Whose holding of a token, named as the chain's base names it: 0 is the base's coin. */
export interface Holding {
  readonly account: Hex;
  readonly token: Hex;
  readonly amount: bigint;
}

/** State of the base about a chain on it. */
export interface ChainOnBase {
  readonly settlement: ExpectedSettlement;
  readonly terms: Terms;
  readonly configuration: ChainConfiguration;
  readonly hyperchain: Hex;
  readonly tree: StateTree;
}

const NONCE = 7n;
const coder = AbiCoder.defaultAbiCoder();
/** Slot of an element of a mapping, as Solidity's documentation says. */
const inMapping = (type: string, key: unknown, slot: string): string => keccak256(coder.encode([type, "bytes32"], [key, slot]));
const slotOf = (number: number): string => coder.encode(["uint256"], [number]);
const word = (address: string, slot: string, value: bigint): StateWrite => ({
  leafKind: LeafKind.storage,
  address: BigInt(address),
  slot: BigInt(slot),
  value,
});

export function defaultTerms(governance: string): Terms {
  const freezes = { council: ZERO_ADDRESS, freezeTime: 0n, freezeCycle: 0n };
  return { governance, number: 4n, retirementNotice: 1_550n, ...freezes, reactionTime: 0n, revealDelay: 0n, recoveryTime: 0n };
}

/** Address of an L1 token on a base whose coin is ETH. */
export function localToken(ecosystem: Ecosystem, token: Hex): Hex {
  return BigInt(token) <= 1n ? ZERO_ADDRESS : bridgedTokenAddress(ecosystem.chainId, token);
}

const reserve: StateWrite = {
  leafKind: LeafKind.account,
  address: BigInt(PREDEPLOYS.L2BaseToken),
  slot: 0n,
  value: (BASE_TOKEN_RESERVE_WEI << 64n) | 1n,
};
const treeOf = (writes: readonly StateWrite[]): StateTree =>
  StateTree.genesis([reserve, ...writes], { compressor: referenceCompressor });

/** The address that the factory's CREATE2 gives a chain's proxy (ERC-1167), whose salt is its configuration. */
export function hyperchainOf({ factory }: Ecosystem, settlement: ExpectedSettlement, configuration: ChainConfiguration): Hex {
  const [type] = factory.interface.getFunction("createChain")!.inputs;
  const code = [
    "0x3d602d80600a3d3981f3363d3d373d3d3d363d73",
    settlement.addressOf("ChainContract"),
    "0x5af43d82803e903d91602b57fd5bf3",
  ];
  const salt = keccak256(coder.encode([type!], [configuration]));
  return getCreate2Address(settlement.addressOf("ChainFactory"), salt, keccak256(concat(code))).toLowerCase() as Hex;
}

/** A chain on `baseId` with these holdings in its last state. */
export async function chainOnBase(
  ecosystem: Ecosystem,
  chainId: bigint,
  holdings: readonly Holding[],
  { terms = defaultTerms(ecosystem.accounts[9]!.address), ...overrides }: Partial<ChainConfiguration> & { terms?: Terms } = {},
): Promise<ChainOnBase> {
  const settlement = await expectedSettlement(terms);
  const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), ...overrides };
  const baseId = chainId % (1n << 32n);
  const tree = treeOf(
    holdings.map(({ account, token, amount }) => {
      const key = holdingKey({ settlementChainId: baseId, baseToken: configuration.baseToken as Hex, token, account });
      return { ...key, value: key.leafKind === LeafKind.account ? (amount << 64n) | NONCE : amount };
    }),
  );
  return { settlement, terms, configuration, hyperchain: hyperchainOf(ecosystem, settlement, configuration), tree };
}

/** The words in the base's state that say: the chain's root. */
export function rootWord({ hyperchain, tree }: ChainOnBase): StateWrite {
  return word(hyperchain, slotOf(6), BigInt(digestToHex(tree.root)));
}

/** Balance of the chain in the base's bridge, for a token by its address on the base. */
export function balanceWord({ settlement, configuration }: ChainOnBase, token: Hex, amount: bigint): StateWrite {
  const { chainId } = configuration;
  const id = assetId(chainId % (1n << 32n), token);
  return word(settlement.addressOf("SharedBridge"), inMapping("bytes32", id, inMapping("uint256", chainId, slotOf(1))), amount);
}

/** Sum that the exit on the base has paid of a holding. */
export function claimedWord({ settlement, configuration }: ChainOnBase, { account, token, amount }: Holding): StateWrite {
  const ofAccount = inMapping("address", account, inMapping("uint256", configuration.chainId, slotOf(0)));
  return word(settlement.addressOf("StateExit"), inMapping("address", token, ofAccount), amount);
}

/** A base on L1, with ETH and 1,000 of a token in its balance. */
export class Base {
  readonly ecosystem: Ecosystem;
  readonly chain: TestChain;
  tree: StateTree = treeOf([]);

  private constructor(ecosystem: Ecosystem, chain: TestChain) {
    this.ecosystem = ecosystem;
    this.chain = chain;
  }

  static async create(ecosystem: Ecosystem, chainId: bigint, overrides: Partial<ChainConfiguration> = {}): Promise<Base> {
    const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), ...overrides };
    return new Base(ecosystem, await TestChain.create(ecosystem, configuration));
  }

  /** Executes a batch after which the state has these words. */
  async settle(
    writes: readonly StateWrite[],
    tokens: readonly Hex[] = [],
    content: Pick<BatchContent, "protocolVersion"> = {},
  ): Promise<void> {
    this.tree = treeOf(writes);
    const operations = [await this.chain.request({}, 10n ** 9n)];
    for (const token of tokens) operations.push(await depositToken(this.ecosystem, this.chain, token, 1_000n));
    await this.chain.settle({
      canonicalTxHashes: operations,
      logs: operations.map(() => ({ type: "priorityOp", success: true })),
      newStateRoot: digestToHex(this.tree.root),
      ...content,
    });
  }

  async stop(): Promise<void> {
    await this.chain.request();
    await activateExit(this.ecosystem, this.chain);
  }

  prove(x: ChainOnBase, account: Hex, token: Hex, tree = x.tree): NestedHoldingProof["proof"] {
    const { chainId } = x.configuration;
    const found = proveNestedHolding(this.tree, tree, {
      settlementChainId: this.ecosystem.chainId,
      base: { chainId: this.chain.configuration.chainId, baseToken: this.chain.configuration.baseToken as Hex },
      chain: { chainId, baseToken: x.configuration.baseToken as Hex, hyperchain: x.hyperchain },
      contracts: { bridge: x.settlement.addressOf("SharedBridge"), stateExit: x.settlement.addressOf("StateExit") },
      ...{ token, account },
    });
    if (found === undefined) throw new Error(`no leaf for ${account}`);
    return found.proof;
  }
}

export async function nestedExitOf({ l1, stateExit }: Ecosystem): Promise<BaseContract> {
  return (await l1.ethers.getContractAt("NestedExit", await view(stateExit, "nestedExit"))) as unknown as BaseContract;
}

export interface Claim {
  readonly token: string;
  readonly amount: bigint;
  readonly recipient: string;
  readonly proof: unknown;
}

export function claimNested(exit: BaseContract, signer: Signer, x: ChainOnBase, { token, amount, recipient, proof }: Claim) {
  const chain = { terms: x.terms, configuration: x.configuration };
  return send(as(exit, signer), "claimNested", chain, token, amount, recipient, proof);
}
