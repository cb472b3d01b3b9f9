import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface, keccak256, toBeHex, zeroPadValue, type TransactionRequest } from "ethers";
import { deployHyperlane, hyperlaneContracts } from "../../src/ecosystem/bridges/hyperlane/deploy.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { FakeMember } from "./support/fake-member.ts";

/** Interface of Hyperlane's `Mailbox.sol`, declared independently. */
const MAILBOX = new Interface([
  "function localDomain() view returns (uint32)",
  "function owner() view returns (address)",
  "function defaultIsm() view returns (address)",
  "function defaultHook() view returns (address)",
  "function requiredHook() view returns (address)",
]);
const STRANGER: Hex = "0x00000000000000000000000000000000005742a6";

describe("C14 the set-up of Hyperlane's mailbox", () => {
  /** Sets up a member whose mailbox answers so. */
  async function setUp(answers: Readonly<Record<string, Hex>>): Promise<void> {
    const fake = new FakeMember("alpha", 7);
    fake.onCall = (data) => {
      const asked = MAILBOX.parseTransaction({ data })!.name;
      return asked === "localDomain" ? toBeHex(7, 32) : zeroPadValue(answers[asked]!, 32);
    };
    await deployHyperlane(fake.member, { mailbox: "0x01", hook: "0x02", requiredHook: "0x03" }, async (signer, transaction) => {
      const raw = await signer.signTransaction({ chainId: 7n, type: 2, ...transaction } as TransactionRequest);
      await signer.provider!.broadcastTransaction(raw);
      return keccak256(raw) as Hex;
    });
  }

  const { wallet } = new FakeMember("alpha", 7).member;
  const { mailbox, hook, requiredHook } = hyperlaneContracts(wallet.address);
  const begun = { owner: wallet.address.toLowerCase() as Hex, defaultIsm: hook, defaultHook: hook, requiredHook };

  test("attack: a stranger begins the mailbox first: its owner or any hook or module of it refuses the set-up, at each start", async () => {
    await setUp(begun);
    for (const setting of Object.keys(begun)) {
      const message = new RegExp(
        `the mailbox ${mailbox} on alpha was not begun by the bridge's key .its ${setting} is ${STRANGER}, not`,
      );
      await assert.rejects(setUp({ ...begun, [setting]: STRANGER }), { code: "SetUpFailed", message });
    }
  });
});
