import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signDigest, addressOfKey } from "../../src/ground/transaction/digest-signature.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { partRequestDigest } from "../../src/ground/protocol/slot.ts";
import { ALICE, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { createWorkplace } from "./support/run-task.ts";

const KEY: Hex = `0x${"71".repeat(32)}`;
const ALPHA = 271n;

describe("hyperchain:cut-slot", () => {
  const workplace = createWorkplace();
  let devnet: FlowDevnet;
  before(async () => {
    const sequencing = { by: "external", key: addressOfKey(KEY) } as const;
    devnet = await startFlowDevnet(
      [
        { chainId: ALPHA, name: "alpha", sequencing },
        { chainId: 272n, name: "beta" },
      ],
      {
        proofs: "none",
      },
    );
  });
  after(async () => {
    await devnet.close();
    await workplace.close();
  });

  test("ends external sequencing of a chain in doubt, which status shows before, and is refused for another chain", async () => {
    const [alpha] = devnet.chains;
    assert.ok(alpha?.pipeline.external !== undefined);
    const { external } = alpha.pipeline;
    const client = clientOf(alpha);
    const wallet = devnet.accounts.wallet(ALICE).connect(client);
    const raw = (await wallet.signTransaction(
      await wallet.populateTransaction({ to: wallet.address, gasLimit: 21_000n }),
    )) as Hex;
    const request = { chainId: ALPHA, life: external.waiting.life, slot: 1n, transactions: [raw] };
    await external.propose(request, signDigest(KEY, partRequestDigest(request)));
    const run = (task: string, ...args: readonly string[]) => workplace.run([task, ...args, "--url", alpha.url]);
    const status = await run("hyperchain:status");
    assert.match(
      status.stdout,
      /Slots of alpha: 0; slot 1 in doubt since \d{4}-\d\d-\d\dT\S+Z: hyperchain:cut-slot ends the wait/,
    );
    const other = await run("hyperchain:cut-slot", "beta");
    assert.equal(other.code, 1);
    const cut = await run("hyperchain:cut-slot", "alpha");
    assert.equal(cut.code, 0, cut.stderr);
    assert.match(cut.stdout, /external sequencing of alpha has ended after slot 0: its operator orders transactions alone/);
    await (await wallet.sendTransaction({ to: wallet.address, value: 1n })).wait();
    client.destroy();
  });
});
