import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAddress } from "ethers";
import { ETH, SHARED_BRIDGE, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { messagesOf } from "./support/bundles.ts";
import { BOOTLOADER } from "./support/local-l2.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { assertReverts } from "./support/revert-reason.ts";

describe("a root that L1 sends through the queue", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    await a.deposit(a.users[0]!.address, ETH, 1_000n);
  });
  after(() => ecosystem.close());

  const recipient: Hex = `0x${"ab".repeat(20)}`;
  const rootsOf = async (chain: SimulatedChain, from: Hex) => chain.predeploy("ImportedRoots", await chain.impersonate(from));
  async function transfer(amount: bigint): Promise<Hex> {
    const router = await a.predeploy("L2AssetRouter", a.users[0]);
    const receipt = await a.send(router, "sendToChain", b.chainId, PREDEPLOYS.L2BaseToken, amount, recipient, { value: amount });
    const [message] = messagesOf(receipt);
    await a.sealBatch();
    return message!.hash;
  }

  test("lets a transfer arrive, once, on a chain whose sequencer imports nothing", async () => {
    const hash = await transfer(5n);
    const router = await b.predeploy("L2AssetRouter", b.users[0]);
    await assertReverts(router.getFunction("deliver").staticCall(ecosystem.prove(hash)), "L2AssetRouter", "InvalidMessageProof");
    const { registryIndex, root } = ecosystem.settlement.latestRoot;
    await b.send(await rootsOf(b, aliasOf(270n, SHARED_BRIDGE)), "importRootFromL1", registryIndex, root);
    await b.send(router, "deliver", ecosystem.prove(hash));
    assert.equal(await b.ethers.provider.getBalance(recipient), 5n);
    await assertReverts(router.getFunction("deliver").staticCall(ecosystem.prove(hash)), "L2AssetRouter", "AlreadyDelivered", [
      a.chainId,
      hash,
    ]);
    await b.sealBatch();
  });

  test("is refused from any other sender", async () => {
    const { registryIndex, root } = ecosystem.settlement.latestRoot;
    for (const from of [b.users[1]!.address as Hex, SHARED_BRIDGE, BOOTLOADER]) {
      await assertReverts(
        (await rootsOf(b, from)).getFunction("importRootFromL1").staticCall(registryIndex, root),
        "ImportedRoots",
        "CallerNotAllowed",
        [getAddress(aliasOf(270n, SHARED_BRIDGE)), getAddress(from)],
      );
    }
  });

  test("blocks no import by the sequencer, before it or after it", async () => {
    await transfer(6n);
    const { registryIndex, root } = ecosystem.settlement.latestRoot;
    const fromBridge = await rootsOf(b, aliasOf(270n, SHARED_BRIDGE));
    await b.send(fromBridge, "importRootFromL1", registryIndex, root);
    // The bootloader's transaction must not fail: a chain whose system transactions fail halts.
    await b.importRoot();
    await b.send(fromBridge, "importRootFromL1", registryIndex, root);
    assert.equal(await fromBridge.getFunction("rootAt").staticCall(registryIndex), root);
    assert.equal(await fromBridge.getFunction("rootAt").staticCall(registryIndex + 1n), wordToHex(0n));
    await b.sealBatch();
  });
});
