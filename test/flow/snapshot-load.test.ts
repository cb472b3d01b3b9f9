import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { bridge } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { ALICE, BOB, ETHER, RELAYER, startFlowDevnet } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const CAROL = "0x00000000000000000000000000000000000ca201";
const ROUNDS = 12;

describe("B4: snapshots and returns in an automatic ecosystem", () => {
  test("nothing hangs, nothing stops, and no money is lost or made", async () => {
    const devnet = await startFlowDevnet(
      [
        { chainId: A, batches: { maxAgeMs: 30, maxTransactions: 5 } },
        {
          chainId: B,
          blocks: { type: "interval", intervalMs: 10, maxTransactions: 50 },
          batches: { maxAgeMs: 40, maxTransactions: undefined },
        },
      ],
      { relayer: true, proofs: "none", pollIntervalMs: 5, fundedAccounts: [ALICE, BOB, RELAYER] },
    );
    const clients = devnet.chains.map(({ chainId, provider }) => connectInProcess(chainId, provider));
    const rejections: unknown[] = [];
    const onRejection = (error: unknown): void => void rejections.push(error);
    process.on("unhandledRejection", onRejection);
    try {
      const [alice, bob] = [devnet.accounts.wallet(ALICE).connect(clients[0]!), devnet.accounts.wallet(BOB).connect(clients[0]!)];
      const codes = new Set<string>();
      const marks: Hex[] = [await devnet.snapshot()];
      for (let round = 0; round < ROUNDS; round++) {
        const busy = [
          alice.sendTransaction(transferOf(B, ETHER / 1000n, CAROL)),
          bob.sendTransaction({ to: CAROL, value: 1n }),
          devnet.settle(),
          devnet.relay(),
          devnet.snapshot().then((id) => marks.push(id)),
        ].map((work) =>
          Promise.resolve(work).then(
            () => undefined,
            (error: { code?: unknown; error?: { data?: { code?: string } }; message: string }) => {
              codes.add(String(error.error?.data?.code ?? error.code ?? error.message));
            },
          ),
        );
        if (round % 3 !== 2) await busy[round % busy.length];
        const id = marks[round % 2 === 0 ? marks.length - 1 : Math.max(0, marks.length - 2)]!;
        assert.equal(await devnet.revert(id), true);
        marks.splice(marks.indexOf(id));
        await Promise.all(busy);
        // One that came in between may have been ended by the return.
        marks.splice(0, marks.length, await devnet.snapshot());
      }
      // Interrupted callers got a named error.
      for (const code of codes)
        assert.match(
          code,
          /StateReverted|NotExecutable|UNKNOWN_ERROR|NONCE_EXPIRED|INSUFFICIENT_FUNDS|AlreadyKnown|NonceTooLow|-32\d+/,
        );
      await (await alice.sendTransaction(transferOf(B, ETHER, CAROL))).wait();
      for (let i = 0; i < 3; i++) {
        await devnet.settle();
        await devnet.relay();
      }
      assert.ok((await clients[1]!.getBalance(CAROL)) >= ETHER);
      const { inFlight } = (await devnet.status()).messages;
      assert.equal(inFlight, 0);
      const owed = await Promise.all(
        (["chainBalance", "claimPot", "transit"] as const).flatMap((method) =>
          [A, B].map(async (chainId) => {
            const data = bridge.encodeFunctionData(method, [chainId, assetId(devnet.l1.chainId, ETH)]);
            const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data });
            return bridge.decodeFunctionResult(method, answer)[0] as bigint;
          }),
        ),
      );
      assert.equal(
        owed.reduce((sum, one) => sum + one, 0n),
        await devnet.l1.provider.getBalance(devnet.ecosystem.addresses.bridge),
      );
      assert.deepEqual(devnet.faults, []);
    } finally {
      for (const client of clients) client.destroy();
      await devnet.close();
      process.removeListener("unhandledRejection", onRejection);
    }
    assert.deepEqual(rejections, []);
  });
});
