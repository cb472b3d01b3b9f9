import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, toBeHex } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../src/tool/plugin/api/hyperchains.ts";
import { openMembersWith } from "./support/members.ts";

/** Calls the identity precompile, so that it cannot be told beforehand what else it runs. */
const CALL = "6000600060006000600060045af150";
/** NUMBER and TIMESTAMP; reverts before the time in the calldata. `target` is where the code that reverts lies. */
const clock = (before: string, target: string): string =>
  `0x${before}600035421060${target}57436000524260205260406000f35b60006000fd`;
const PLAIN_CLOCK = clock("", "15");
const CALLING_CLOCK = clock(CALL, "24");
/** BLOCKHASH of the number in the calldata. */
const HASHES = `0x${CALL}6000354060005260206000f3`;
/** CREATE: from then on the chain holds code that brings other code. */
const CREATOR = "0x600060006000f0";

const PLAIN = "0x0000000000000000000000000000000000c0c10c";
const CALLING = "0x0000000000000000000000000000000000c0ca11";
const HASH_READER = "0x0000000000000000000000000000000000c00256";

const word = (value: number | bigint): string => toBeHex(value, 32);

describe("suites: what calls and transactions see of their block, on a chain as on L1", () => {
  let connection: NetworkConnection;
  let members: readonly Member[];
  before(async () => {
    ({ connection, members } = await openMembersWith({
      [PLAIN]: PLAIN_CLOCK,
      [CALLING]: CALLING_CLOCK,
      [HASH_READER]: HASHES,
      "0x0000000000000000000000000000000000c0c4ea": CREATOR,
    }));
  });
  after(() => connection.close());

  for (const [kind, to] of [
    ["code that calls nothing", PLAIN],
    ["code that calls", CALLING],
  ] as const) {
    test(`${kind}: a call sees the newest block, or the older one that it names`, async () => {
      for (const { ethers, networkHelpers } of members) {
        await networkHelpers.mine(3, { interval: 100 });
        const latest = await networkHelpers.time.latestBlock();
        for (const number of [latest, latest - 1, latest - 2]) {
          const blockTag = number === latest ? "latest" : number;
          const block = await ethers.provider.getBlock(blockTag);
          const answer = await ethers.provider.call({ to, data: word(0), blockTag });
          assert.deepEqual(
            [...AbiCoder.defaultAbiCoder().decode(["uint256", "uint256"], answer)],
            [BigInt(number), BigInt(block?.timestamp ?? 0)],
          );
        }
      }
    });

    test(`${kind}: gas is estimated for the next block, whose time was set`, async () => {
      for (const { ethers, networkHelpers } of members) {
        const [sender] = await ethers.getSigners();
        const then = (await networkHelpers.time.latest()) + 5_000;
        await networkHelpers.time.setNextBlockTimestamp(then);
        await assert.rejects(async () => sender?.estimateGas({ to, data: word(then + 1) }), /revert/);
        const sent = await sender?.sendTransaction({ to, data: word(then) });
        assert.equal((await sent?.getBlock())?.timestamp, then);
      }
    });
  }

  test("a call on the newest block reaches the hash of the 256th block before it", async () => {
    for (const { ethers, networkHelpers } of members) {
      await networkHelpers.mine(257);
      const oldest = (await networkHelpers.time.latestBlock()) - 256;
      const block = await ethers.provider.getBlock(oldest);
      assert.equal(await ethers.provider.call({ to: HASH_READER, data: word(oldest) }), block?.hash);
    }
  });

  test("an account's transactions that are sent at the same time get one nonce each, also where no blocks are made meanwhile", async () => {
    for (const { ethers, provider } of members) {
      const [sender] = await ethers.getSigners();
      const send = () => sender?.sendTransaction({ to: PLAIN, data: word(0), gasLimit: 100_000n });
      const first = await sender?.getNonce();
      const together = await Promise.all([send(), send(), send()]);
      await provider.request({ method: "evm_setAutomine", params: [false] });
      const waiting = await Promise.all([send(), send(), send()]);
      await provider.request({ method: "evm_mine" });
      await provider.request({ method: "evm_setAutomine", params: [true] });
      const nonces = [...together, ...waiting].map((sent) => (sent?.nonce ?? 0) - (first ?? 0));
      assert.deepEqual(
        nonces.sort((a, b) => a - b),
        [0, 1, 2, 3, 4, 5],
      );
      const blocks = new Set(await Promise.all(waiting.map(async (sent) => (await sent?.wait())?.blockNumber)));
      assert.equal(blocks.size, 1);
    }
  });

  test("all of Hardhat's accounts have money", async () => {
    const signers = await connection.ethers.getSigners();
    assert.equal(signers.length, 20);
    for (const signer of signers) assert.ok((await connection.ethers.provider.getBalance(signer)) > 10n ** 18n, signer.address);
  });
});
