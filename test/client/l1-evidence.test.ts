import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { readL1Evidence } from "../../src/ecosystem/client/messages/l1-evidence.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import type { AskedNode } from "../../src/ecosystem/relayer/state-proof.ts";
import { EMPTY_ROOT } from "../contracts/l2/support/tries.ts";

const CONTRACT: Hex = "0x00000000000000000000000000000000000000aa";
const SLOT = 5n;
/** Stores the word of its call data in slot 5. */
const SETTER = "0x5f35600555";

describe("evidence of a slot on L1", () => {
  let connection: NetworkConnection<string>;
  let from: string;
  before(async () => {
    connection = await hre.network.create({ network: "local" });
    [from = ""] = (await send("eth_accounts", [])) as string[];
    await send("hardhat_setCode", [CONTRACT, SETTER]);
  });
  after(() => connection.close());

  const send = (method: string, params: unknown[]): Promise<unknown> => connection.provider.request({ method, params });
  const node: AskedNode = { send };
  const set = async (value: string): Promise<number> => {
    await send("eth_sendTransaction", [{ from, to: CONTRACT, data: `0x${value.padStart(64, "0")}`, gas: "0x30d40" }]);
    return newest();
  };
  const newest = async (): Promise<number> => Number(await send("eth_blockNumber", []));
  const read = (block: number, account = CONTRACT) => readL1Evidence(node, { account, slot: SLOT, block });
  const refused = (block: number): Promise<void> =>
    assert.rejects(read(block), { code: "ProofNotOfHeader", message: /evm_mine/ });

  test("the header's hash is the block's, and its proofs are of the block's state, which later blocks leave", async () => {
    const first = await set("07");
    const second = await set("09");
    for (const block of [first, second]) {
      const { header, accountProof, storageProof } = await read(block);
      const { hash, stateRoot } = (await send("eth_getBlockByNumber", [`0x${block.toString(16)}`, false])) as Record<string, Hex>;
      assert.equal(keccak(fromHex(header)), hash);
      assert.equal(keccak(fromHex(accountProof[0]!)), stateRoot);
      // The one leaf of this storage ends with the value.
      assert.equal(storageProof.length, 1);
      assert.equal(fromHex(storageProof[0]!).at(-1), block === first ? 7 : 9);
    }
  });

  test("an account without storage has no node of storage", async () => {
    const { storageProof } = await read(await newest(), "0x000000000000000000000000000000000000dead");
    assert.deepEqual(storageProof, []);
    assert.equal(EMPTY_ROOT, "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
  });

  test("a reserved range is refused inside, because Hardhat makes up the states of its blocks", async () => {
    const before = await newest();
    await send("hardhat_mine", ["0x14"]);
    await refused(before + 10);
    await read(before);
    await send("evm_mine", []);
    await read(await newest());
  });

  test("a state that was changed after its block is refused until the next block", async () => {
    await send("hardhat_setBalance", [CONTRACT, "0x5"]);
    await refused(await newest());
    await send("evm_mine", []);
    await read(await newest());
  });

  test("a block that is not mined yet is refused by its number", async () => {
    const next = (await newest()) + 1;
    await assert.rejects(read(next), { code: "NotImported", message: `L1 has no block ${next} yet; name one that is mined` });
  });
});
