import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { ETHER, openUnproven } from "./support/open.ts";

const NOBODY = "0x00000000000000000000000000000000000a11ce";
const WHALE = "0x000000000000000000000000000000000c0ffee0";

describe("B4: Hardhat's network helpers on every member", () => {
  let connection: NetworkConnection;
  let members: readonly Member[];
  before(async () => {
    connection = await openUnproven();
    members = [connection.hyperchains.l1, ...connection.hyperchains];
  });
  after(() => connection.close());

  for (const [place, name] of ["L1", "the first chain", "the second chain"].entries()) {
    test(`impersonated signers send and deploy on ${name}, contracts too`, async () => {
      const { ethers, networkHelpers } = members[place]!;
      await networkHelpers.setBalance(WHALE, 5n * ETHER);
      const whale = await ethers.getImpersonatedSigner(WHALE);
      const before = await ethers.provider.getBalance(NOBODY);
      await (await whale.sendTransaction({ to: NOBODY, value: ETHER })).wait();
      assert.equal((await ethers.provider.getBalance(NOBODY)) - before, ETHER);
      const counter = await ethers.deployContract("CallTarget", whale);
      const address = await counter.getAddress();
      await networkHelpers.setBalance(address, ETHER);
      const contract = await ethers.getImpersonatedSigner(address);
      const receipt = await (await contract.sendTransaction({ to: NOBODY, value: 1n })).wait();
      assert.equal(receipt?.from.toLowerCase(), address.toLowerCase());
      await networkHelpers.stopImpersonatingAccount(address);
      await assert.rejects(async () => (await contract.sendTransaction({ to: NOBODY, value: 1n })).wait());
    });

    test(`a fixture with cheats is restored on ${name}`, async () => {
      const { networkHelpers, ethers } = members[place]!;
      async function fixture() {
        await networkHelpers.setCode(NOBODY, "0x5f5ff3");
        await networkHelpers.setStorageAt(NOBODY, 3, 9);
        return networkHelpers.time.latestBlock();
      }
      const height = await networkHelpers.loadFixture(fixture);
      await networkHelpers.setCode(NOBODY, "0x");
      await networkHelpers.mine(3);
      assert.equal(await networkHelpers.loadFixture(fixture), height);
      assert.equal(await networkHelpers.time.latestBlock(), height);
      assert.equal(await ethers.provider.getCode(NOBODY), "0x5f5ff3");
      assert.equal(BigInt(await networkHelpers.getStorageAt(NOBODY, 3)), 9n);
    });
  }

  test("L1 executes batches with all of that", async () => {
    assert.ok((await connection.hyperchains.settle()).length > 0);
  });
});
