import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type HDNodeWallet } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { contractErrorOf } from "../../../src/chain/settlement/errors/contract-error.ts";
import { estimateCall, tryCall } from "../../../src/chain/settlement/l1-sender/tried-call.ts";
import { createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";

const OWNER = 7;
const CONTRACT: Hex = `0x${"99".repeat(20)}`;
/** The word that the contract takes. */
const TAKEN: Hex = `0x${"c0ffee".padEnd(64, "0")}`;
const denied = new Interface(["error Denied(address caller, bytes32 word)"]);

describe("calls that are tried before they are sent", () => {
  let l1: LocalL1;
  let owner: HDNodeWallet;
  const to = CONTRACT;
  before(async () => {
    l1 = await startLocalL1();
    owner = createDevelopmentAccounts().wallet(OWNER).connect(l1.ethers.provider);
    await l1.ethers.provider.send("hardhat_setCode", [to, codeFor(owner.address)]);
  });
  after(() => l1.close());

  test("an estimate is the gas that the call takes of its sender, with its data: as much suffices and one less does not", async () => {
    const estimate = await estimateCall(owner, { to, data: TAKEN });
    await tryCall(owner, { to, data: TAKEN, gasLimit: estimate });
    await assert.rejects(tryCall(owner, { to, data: TAKEN, gasLimit: estimate - 1n }), /out of gas/i);
    const sent = await owner.sendTransaction({ to, data: TAKEN, gasLimit: 1_000_000n });
    assert.equal(estimate, (await sent.wait())!.gasUsed);
  });

  test("a refusal has the contract's reason, of the sender and the data that were tried", async () => {
    const stranger = createDevelopmentAccounts()
      .wallet(OWNER + 1)
      .connect(l1.ethers.provider);
    const other: Hex = `0x${"11".repeat(32)}`;
    for (const [signer, data] of [
      [stranger, TAKEN],
      [owner, other],
    ] as const) {
      const expected = denied.encodeErrorResult("Denied", [signer.address, data]);
      const isReason = (error: unknown): boolean => contractErrorOf(error)?.data === expected.toLowerCase();
      await assert.rejects(estimateCall(signer, { to, data }), isReason);
      await assert.rejects(tryCall(signer, { to, data, gasLimit: 100_000n }), isReason);
    }
  });
});

/** Code of a contract that writes 1 to slot 0 if this account calls it with TAKEN, and otherwise reverts with `Denied`. */
function codeFor(account: string): Hex {
  const parts = [
    // CALLER, PUSH20 account, XOR; PUSH0, CALLDATALOAD, PUSH32 TAKEN, XOR; OR, PUSH1 to the JUMPDEST, JUMPI.
    `3373${account.slice(2).toLowerCase()}18`,
    `5f357f${TAKEN.slice(2)}18`,
    "17604457",
    // PUSH1 1, PUSH0, SSTORE, STOP.
    "60015f5500",
    // JUMPDEST; the selector to memory 0, the caller to 4, the word to 36; REVERT with the 68 bytes.
    `5b63${denied.getError("Denied")!.selector.slice(2)}60e01b5f52`,
    "33600452",
    "5f35602452",
    "60445ffd",
  ];
  return `0x${parts.join("")}`;
}
