import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface, ZeroAddress, type Signer } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { createChain, localChainConfiguration } from "../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import type { Layer } from "../../src/ecosystem/devnet/deployment/layer.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const factory = new Interface(chainFactoryAbi);
const [FACTORY, CREATOR, CHAIN]: readonly Hex[] = [`0x${"fa".repeat(20)}`, `0x${"cc".repeat(20)}`, `0x${"11".repeat(20)}`];
const HASH = `0x${"22".repeat(32)}`;
const CHAIN_ID = 600n;
const HEAD = 100;
const ecosystem = {
  addresses: { factory: FACTORY, rollupPolicy: ZeroAddress },
  settlementChainId: 1n,
  versions: { trusted: { protocolVersion: 2n } },
} as unknown as Layer;
const configuration = localChainConfiguration(ecosystem, CHAIN_ID, [CREATOR!]);

/** Signer on an L1 whose receipt says that the chain was created at 5; its state in the block `asked` is `state`. */
function signerOn(state: { readonly hyperchain: string; readonly bornAt: bigint }, waits: number[], asked: unknown[]): Signer {
  const event = factory.encodeEventLog("ChainCreated", [CHAIN_ID, CHAIN, CREATOR, configuration, 5n]);
  const answers = new Map([
    [factory.getFunction("getHyperchain")!.selector, ["getHyperchain", state.hyperchain] as const],
    [factory.getFunction("bornAt")!.selector, ["bornAt", state.bornAt] as const],
  ]);
  const signer = {
    getAddress: () => Promise.resolve(CREATOR),
    call: () => Promise.resolve(factory.encodeFunctionResult("revealDelay", [0n])),
    sendTransaction: () => Promise.resolve({ hash: HASH }),
    provider: {
      waitForTransaction: (hash: string, blocks: number) => {
        waits.push(blocks);
        return Promise.resolve({ status: 1, hash, blockNumber: 90, gasUsed: 1n, logs: [{ ...event, address: FACTORY }] });
      },
      getBlockNumber: () => Promise.resolve(HEAD),
      call: ({ data, blockTag }: { readonly data: string; readonly blockTag: number }) => {
        asked.push(blockTag);
        const [name, value] = answers.get(data.slice(0, 10))!;
        return Promise.resolve(factory.encodeFunctionResult(name, [value]));
      },
    },
  };
  return signer as unknown as Signer;
}

describe("A9: what a chain's first state takes from L1", () => {
  test("is L1's state at the confirmed depth, not a receipt that a reorg has made void", async () => {
    const [waits, asked]: [number[], unknown[]] = [[], []];
    const created = await createChain(ecosystem, configuration, signerOn({ hyperchain: CHAIN!, bornAt: 7n }, waits, asked), {
      confirmations: 3,
    });
    assert.deepEqual([created.hyperchain, created.bornAt], [CHAIN, 7n]);
    // The announcement, and the creation with two blocks on it.
    assert.deepEqual(waits, [1, 3]);
    assert.deepEqual(asked, [98, 98]);
  });

  test("is missing where L1 took the creation back, which says so", async () => {
    const creation = createChain(ecosystem, configuration, signerOn({ hyperchain: ZeroAddress, bornAt: 0n }, [], []));
    await assert.rejects(creation, {
      code: "DeploymentFailed",
      message: /took transaction 0x22\w+ back, so there is no chain 600; create it again/,
    });
  });
});
