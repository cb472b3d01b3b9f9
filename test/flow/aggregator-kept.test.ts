import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Aggregator, type OfferingNode } from "../../src/ecosystem/devnet/aggregator/aggregator.ts";
import { createNoBatchesProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { callJsonRpc } from "../../src/tool/plugin/discovery/json-rpc.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { startFlowDevnet, type FlowDevnet, UNPROVEN } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

test("a chain joins and leaves an aggregator by its config at a start, and a batch that waited for it then stops waiting", async (context) => {
  const data = mkdtempSync(join(tmpdir(), "aggregator-kept-"));
  context.after(() => rmSync(data, { recursive: true }));
  const start = (pace: { readonly aggregatorSeconds?: number }): Promise<FlowDevnet> => {
    const chain = { chainId: 271n, execution: "proven", pace } as const;
    return startFlowDevnet([chain], { ...OWN_BATCHES, ...UNPROVEN, data });
  };
  const nodeOf = ({ chains: [chain] }: FlowDevnet): OfferingNode => {
    const { url } = chain!;
    return { url, ask: (method, params) => callJsonRpc(url, method, params) };
  };
  const offered = async (devnet: FlowDevnet): Promise<number> => {
    const answer = await nodeOf(devnet).ask("hyperchain_getOfferedBatches", []);
    return (answer as readonly unknown[]).length;
  };

  const joined = await start({ aggregatorSeconds: 3_600 });
  await sealOne(joined);
  while ((await offered(joined)) === 0);
  await joined.close();
  assert.deepEqual(joined.faults, []);

  const left = await start({});
  const own = await left.chains[0]!.pipeline.settled(0n);
  assert.ok(own.receipts.prove !== undefined && own.proof.bytes > 0);
  assert.equal(await offered(left), 0);
  await left.close();
  assert.deepEqual(left.faults, []);

  const again = await start({ aggregatorSeconds: 3_600 });
  await sealOne(again);
  while ((await offered(again)) === 0);
  const aggregator = new Aggregator(
    { aggregator: again.ecosystem.versions.proven!.aggregator, settlementChainId: again.l1.chainId, rules: {} },
    {
      ...{ nodes: [nodeOf(again)], l1: again.l1.provider, onL1: createNoBatchesProver(), clock: systemClock },
      sender: again.accounts.wallet(5).connect(again.l1.provider),
      onEvent: () => undefined,
    },
  );
  await aggregator.look();
  await aggregator.idle();
  const shared = await again.chains[0]!.pipeline.settled(1n);
  assert.deepEqual([shared.receipts.prove, shared.proof.bytes], [undefined, 0]);
  aggregator.close();
  await again.close();
  assert.deepEqual(again.faults, []);
});
