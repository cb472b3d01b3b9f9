import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { EMPTY_L2_LOG_LEAF, hashL2Log, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { ETH, startEcosystem, type Ecosystem } from "./support/ecosystem.ts";

describe("proofs of other chains' logs", () => {
  let ecosystem: Ecosystem;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
  });
  after(() => ecosystem.close());

  test("an unused place of the log tree proves nothing", async () => {
    const [a, b] = ecosystem.chains;
    const body = Uint8Array.of(1, 2, 3);
    await a!.send(await a!.predeploy("L1Messenger", a!.users[0]), "sendToL1", body);
    await ecosystem.settle();
    const { chainId, l1BatchNumber, l2MessageIndex, message, proof } = ecosystem.prove(keccak(body));
    const leaf = hashL2Log(messageLog(message.sender, body));
    assert.equal(message.data, toHex(body));
    const verification = await b!.predeploy("MessageVerification", b!.users[0]);
    const proves = (index: bigint, at: Hex, path: readonly Hex[]): Promise<unknown> =>
      verification.getFunction("proveL2LeafInclusionShared").staticCall(chainId, l1BatchNumber, index, at, path);
    // The message is alone in its batch, so that its sibling place is empty, and has the same path except the first
    // sibling.
    assert.deepEqual([l2MessageIndex, proof[1]], [0n, EMPTY_L2_LOG_LEAF]);
    assert.equal(await proves(0n, leaf, proof), true);
    assert.equal(await proves(1n, EMPTY_L2_LOG_LEAF, proof.with(1, leaf)), false);
  });
});
