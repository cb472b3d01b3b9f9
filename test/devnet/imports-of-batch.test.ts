import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findImports } from "../../src/ecosystem/devnet/reconstruction/imports-of-batch.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { statementOf } from "../../src/ground/protocol/carried-statement.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { factIndex, hashFact, readFactIndex } from "../../src/ground/protocol/import-kinds.ts";
import { linkIndex } from "../../src/ground/protocol/link-index.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { ImportedRoot } from "../../src/ground/protocol/rolling-hash.ts";
import { TestChain } from "../contracts/l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, hexAddress, view, type Ecosystem } from "../contracts/l1/support/ecosystem.ts";

const MESSENGER: Hex = `0x${"aa".repeat(20)}`;

function statementsOf(count: number): readonly ImportedRoot[] {
  return Array.from({ length: count }, (_, i) => statementOf(keccak(Uint8Array.of(i))));
}

/** Slots that ImportedRoots writes: slot 0 is the mapping of imports, slots 4 to 19 have the hashes of facts. */
function writesOf(imports: readonly ImportedRoot[]) {
  const facts = imports.filter(({ registryIndex }) => registryIndex >> 254n === 2n);
  const slots = [
    ...imports.map(({ registryIndex, root }) => {
      const slot = BigInt(keccak(fromHex(wordToHex(registryIndex)), fromHex(wordToHex(0n))));
      return { slot, value: BigInt(root) };
    }),
    ...facts.map(({ registryIndex, root }, place) => ({
      slot: 4n + BigInt(place),
      value: BigInt(hashFact(registryIndex, root)),
    })),
  ];
  return slots.map(({ slot, value }) => ({ leafKind: LeafKind.storage, address: BigInt(PREDEPLOYS.ImportedRoots), slot, value }));
}

describe("imports of a batch that L1 has not executed", () => {
  let ecosystem: Ecosystem;
  let source: TestChain;
  let importer: TestChain;
  before(async () => {
    ecosystem = await deployEcosystem();
    const create = async (chainId: bigint) => TestChain.create(ecosystem, await defaultConfiguration(ecosystem, chainId));
    [source, importer] = [await create(270n), await create(271n)];
  });
  after(() => ecosystem.l1.close());

  const find = async (imports: readonly ImportedRoot[], fromBlock = 0) => {
    const { expected } = await importer.form({ importedRoots: imports });
    const { provider } = ecosystem.l1.ethers;
    const context = {
      ...{ provider, fromBlock, block: await provider.getBlockNumber() },
      ...{ registry: await hexAddress(ecosystem.roots), factory: await hexAddress(ecosystem.factory) },
    };
    return findImports(context, expected, writesOf(imports));
  };
  const say = (body: number) => [{ type: "message", sender: MESSENGER, body: Uint8Array.of(body) } as const];
  /** A batch that L1 stores and has not executed, as a fact. */
  async function commit(body: number): Promise<ImportedRoot> {
    const formed = await source.form({ logs: say(body) });
    const { stored } = await source.commit(formed);
    return { registryIndex: factIndex(270n, stored.batchNumber), root: stored.l2LogsTreeRoot };
  }

  test("rebuild with a fact: roots and facts in any order are found by what the batch changed", async () => {
    await source.settle({ logs: say(1) });
    await source.settle({ logs: say(2) });
    const root = async (registryIndex: bigint) => ({
      registryIndex,
      root: await view<Hex>(ecosystem.roots, "rootAt", registryIndex),
    });
    const [one, two, first, second] = [await root(1n), await root(2n), await commit(3), await commit(4)];
    for (const imports of [[first], [second, first], [one, first, two, second], [second, one, first, two], [one, two]])
      assert.deepEqual(await find(imports), imports);
  });

  test("a fact about a batch that is older than its importer is found", async () => {
    const fact = await commit(7);
    const { provider } = ecosystem.l1.ethers;
    await ecosystem.l1.ethers.provider.send("evm_mine", []);
    assert.deepEqual(await find([fact], await provider.getBlockNumber()), [fact]);
  });

  test("imports with more orders than are tried are named as the reason", async () => {
    const other = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 272n));
    const roots: ImportedRoot[] = [];
    for (let i = 0; i < 12; i++) {
      await other.settle({ logs: say(i) });
      const registryIndex = await view<bigint>(ecosystem.roots, "latestRootIndex");
      roots.push({ registryIndex, root: await view<Hex>(ecosystem.roots, "rootAt", registryIndex) });
    }
    const facts: ImportedRoot[] = [];
    for (let i = 0; i < 8; i++) facts.push(await commit(8 + i));
    assert.deepEqual(await find([...roots, ...facts]), [...roots, ...facts]);
    // 20 over 8 are 125,970 orders, and this one is the last.
    assert.deepEqual(await find([...facts, ...roots]), [...facts, ...roots]);
    const statements = statementsOf(9);
    // 9! are 362,880 orders of the statements alone, with a root ten times as many.
    const named =
      /1 roots, 9 statements, and 0 facts and links of its 10 imports were found, and the first 400000 of their orders/;
    await assert.rejects(find([...statements, roots[0]!]), { code: "ImportOrderUnknown", message: named });
  });

  test("statements are found in any order, next to a fact and a root", async () => {
    const other = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 273n));
    await other.settle({ logs: say(40) });
    const registryIndex = await view<bigint>(ecosystem.roots, "latestRootIndex");
    const root = { registryIndex, root: await view<Hex>(ecosystem.roots, "rootAt", registryIndex) };
    const [one, two, three, four] = statementsOf(4);
    const imports = [three!, root, one!, four!, await commit(41), two!];
    assert.deepEqual(await find(imports), imports);
  });

  test("a link is found, and one with a batch that L1 does not have is named as the reason", async () => {
    const { registryIndex, root } = await commit(5);
    const { batchNumber } = readFactIndex(registryIndex)!;
    const link = { registryIndex: linkIndex(270n, batchNumber), root };
    assert.deepEqual(await find([link]), [link]);
    const unknown = { registryIndex: linkIndex(270n, 99n), root };
    await assert.rejects(find([unknown]), { code: "CommitmentMismatch", message: /has not committed/ });
  });

  test("a fact about a batch that L1 does not have is named as the reason", async () => {
    const unknown = { registryIndex: factIndex(270n, 99n), root: wordToHex(5n) };
    await assert.rejects(find([await commit(6), unknown]), {
      code: "FactNotStored",
      message: /^batch \d+: it imports facts .* \(1\)/,
    });
  });
});
