import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AssetMessageKind, assetId, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { encodeInteropBundle, type InteropBundle } from "../../../src/ground/protocol/interop-message.ts";
import { hashL2Log, l2LogTreeRoot, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { encodeMessageProof, l2LogTreeProof } from "../../../src/ground/protocol/message-proof.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { transactionTreeLeaf, transactionTreeProof } from "../../../src/ground/protocol/transaction-tree.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { assertReverts } from "./support/revert-reason.ts";
import { sampleRecord } from "../../support/batch-record.ts";

describe("a chain whose quorum lies about its predeploys' messages", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    await a.deposit(a.users[0]!.address, ETH, 1000n);
  });
  after(() => ecosystem.close());

  const user = (): Hex => a.users[0]!.address.toLowerCase() as Hex;
  const execute = async (...args: unknown[]): Promise<unknown> =>
    (await b.predeploy("InteropHandler", b.users[0])).getFunction("executeBundle").staticCall(...args);
  /** Sends a message in a predeploy's name that its code never would send. */
  const say = async (predeploy: Hex, body: Uint8Array): Promise<Hex> => {
    await a.send(await a.predeploy("L1Messenger", await a.impersonate(predeploy)), "sendToL1", body);
    return keccak(body);
  };

  test("gives a bundle no more than its asset messages carry, and no others'", async () => {
    const center = await a.predeploy("InteropCenter", a.users[0]);
    const to = interoperable(b.chainId, b.users[2]!.address);
    const calls = [{ to, data: "0x", callAttributes: [attribute("interopCallValue", 10n), attribute("shadowAccount")] }];
    const send = async () => messagesOf(await a.send(center, "sendBundle", interoperable(b.chainId), calls, [], { value: 10n }));
    const [first, second] = [await send(), await send()];
    const greedy: InteropBundle = {
      sourceChainId: a.chainId,
      destinationChainId: b.chainId,
      sender: user(),
      nonce: 1000n,
      calls: [{ fromAccount: true, to: user(), value: 11n, data: "0x" }],
      valueMessageHash: first[0]!.hash,
      value: 11n,
      relayerReward: 0n,
      tokens: [],
      gasLimit: 100_000n,
      executionAddress: ETH,
      refundRecipient: user(),
      callbackGasLimit: 0n,
      callbackReward: 0n,
      expiresAt: 0n,
    };
    const greedyHash = await say(PREDEPLOYS.InteropCenter, encodeInteropBundle(greedy));
    // Of the assets that it names, but more calls than value.
    const split = { ...greedy, value: 10n, relayerReward: 0n };
    const splitHash = await say(PREDEPLOYS.InteropCenter, encodeInteropBundle(split));
    const foreign = { ...greedy, sourceChainId: 999n };
    const foreignHash = await say(PREDEPLOYS.InteropCenter, encodeInteropBundle(foreign));
    await ecosystem.settle();

    await assertReverts(
      execute(ecosystem.prove(first[1]!.hash), [ecosystem.prove(second[0]!.hash)]),
      "InteropHandler",
      "WrongAsset",
      [first[0]!.hash, second[0]!.hash],
    );
    await assertReverts(execute(ecosystem.prove(greedyHash), [ecosystem.prove(first[0]!.hash)]), "InteropHandler", "WrongValue", [
      11n,
      10n,
    ]);
    await assertReverts(execute(ecosystem.prove(foreignHash), []), "InteropHandler", "WrongSourceChain", [999n, a.chainId]);
    const handler = await b.predeploy("InteropHandler", b.users[0]);
    const executed = await b.send(handler, "executeBundle", ecosystem.prove(splitHash), [ecosystem.prove(first[0]!.hash)]);
    assert.equal((await eventsOf(executed, "InteropHandler", "BundleExecuted"))[0]![3], false);
    assert.equal(await b.ethers.provider.getBalance(PREDEPLOYS.InteropHandler), 0n);
  });

  test("never has anything minted elsewhere that L1 does not hold for it", async () => {
    await ecosystem.settle();
    const held = ecosystem.settlement.heldFor(a.chainId, assetId(L1_CHAIN_ID, ETH));
    const body = encodeAssetMessage({
      kind: AssetMessageKind.hyperbridgeSend,
      destinationChainId: b.chainId,
      originChainId: L1_CHAIN_ID,
      originToken: ETH,
      amount: held + 1n,
      recipient: user(),
      sender: user(),
      nonce: 77n,
    });
    await say(PREDEPLOYS.L2AssetRouter, body);
    const { registryLeaves, latestRoot } = ecosystem.settlement;
    const leavesBefore = [...registryLeaves];
    await assert.rejects(a.sealBatch(), /overdraft/);
    assert.deepEqual(registryLeaves, leavesBefore);

    // Without an executed batch there is no root to prove the message against.
    const logs = [hashL2Log(messageLog(PREDEPLOYS.L2AssetRouter, body))];
    const record = sampleRecord();
    const forged = [
      ...registryLeaves,
      transactionTreeLeaf({ chainId: a.chainId, batchNumber: 9n, logRoot: l2LogTreeRoot(logs), record }),
    ];
    const router = await b.predeploy("L2AssetRouter", b.users[0]);
    for (const registryRootIndex of [latestRoot.registryIndex, latestRoot.registryIndex + 1n, 0n, 2n ** 256n - 1n]) {
      const proof = encodeMessageProof({
        logSiblings: l2LogTreeProof(logs, 0),
        registryLeafIndex: BigInt(registryLeaves.length),
        registrySiblings: transactionTreeProof(forged, registryLeaves.length),
        registryRootIndex,
        record,
      });
      const message = { txNumberInBatch: 0, sender: PREDEPLOYS.L2AssetRouter, data: toHex(body) };
      await assertReverts(
        router.getFunction("deliver").staticCall({ chainId: a.chainId, l1BatchNumber: 9n, l2MessageIndex: 0n, message, proof }),
        "L2AssetRouter",
        "InvalidMessageProof",
      );
    }
    // The registry's place has a bound too: a longer index would be another name for the same leaf.
    const proof = encodeMessageProof({
      logSiblings: l2LogTreeProof(logs, 0),
      registryLeafIndex: 2n ** 32n,
      registrySiblings: Array.from({ length: 32 }, () => wordToHex(0n)),
      registryRootIndex: latestRoot.registryIndex,
      record,
    });
    const verification = await b.predeploy("MessageVerification", b.users[0]);
    assert.equal(
      await verification.getFunction("proveL2LeafInclusionShared").staticCall(a.chainId, 9n, 0n, logs[0], proof),
      false,
    );
  });
});
