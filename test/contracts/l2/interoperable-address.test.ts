import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract } from "ethers";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { assertReverts } from "./support/revert-reason.ts";

describe("addresses that name their chain (ERC-7930)", () => {
  let l1: LocalL1;
  let harness: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    harness = await l1.deploy("InteroperableAddressHarness");
  });
  after(() => l1.close());

  const ACCOUNT = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
  const digits = ACCOUNT.slice(2).toLowerCase();

  // The first is example 1 of the ERC; the others are laid out by hand from its table of fields.
  for (const [encoded, chainId, account] of [
    [`0x00010000010114${digits}`, 1n, ACCOUNT],
    [`0x0001000002010e14${digits}`, 270n, ACCOUNT],
    [`0x0001000020${"ff".repeat(32)}14${digits}`, 2n ** 256n - 1n, ACCOUNT],
    [`0x000100000014${digits}`, 0n, ACCOUNT],
  ] as const) {
    test(`chain ${chainId} is ${encoded.slice(0, 20)}…`, async () => {
      assert.equal(await harness.getFunction("encode").staticCall(chainId, account), encoded);
      assert.deepEqual([...((await harness.getFunction("parse").staticCall(encoded)) as [bigint, string])], [chainId, account]);
    });
  }

  test("reads a chain without an account", async () => {
    const parsed = (await harness.getFunction("parse").staticCall("0x0001000002010e00")) as [bigint, string];
    assert.deepEqual([...parsed], [270n, `0x${"0".repeat(40)}`]);
  });

  test("refuses every other form", async () => {
    for (const encoded of [
      "0x",
      "0x000100000000".slice(0, -2),
      `0x00020000010114${digits}`,
      `0x00010002010114${digits}`,
      `0x0001000002000114${digits}`,
      `0x0001000021${"ff".repeat(33)}14${digits}`,
      `0x00010000010114${digits}00`,
      `0x00010000010114${digits.slice(2)}`,
      `0x00010000010113${digits.slice(2)}`,
      "0x000100000101",
      "0x0001000001",
    ]) {
      await assertReverts(
        harness.getFunction("parse").staticCall(encoded),
        "InteroperableAddressHarness",
        "InvalidInteroperableAddress",
        [encoded],
      );
    }
  });
});
