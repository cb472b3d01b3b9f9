import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { executeFlow, prepareFlow } from "../../src/ecosystem/client/flows/atomic-flow.ts";
import { deployAtomicFlows } from "../../src/ecosystem/client/flows/atomic-flows-contract.ts";
import { buildFlow, type FlowLegRequest } from "../../src/ecosystem/client/flows/build-flow.ts";
import type { AtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

/** Keys of development accounts 1 and 2. */
const PARTY = new Wallet("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
const RECIPIENT = new Wallet("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a");
const HEIR = "0x00000000000000000000000000000000000e1e1e";
const [WINDOW_SECONDS, EXIT_DELAY_SECONDS] = [600, 3_600];

describe("C11: hyperchain:claim-escrow has L1 pay what a flow had in escrow on a chain that exited", () => {
  const workplace = createWorkplace();
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-flow-"));
  let ecosystem: SpawnedEcosystem;
  let clients: ReadonlyMap<number, JsonRpcProvider>;
  let l1: JsonRpcProvider;
  let back: { readonly id: Hex; readonly flow: AtomicFlow };
  let happened: { readonly id: Hex; readonly flow: AtomicFlow };
  const providerOf = (chainId: number): JsonRpcProvider => clients.get(chainId) ?? l1;
  const on = (wallet: Wallet, chain: number): Wallet => wallet.connect(providerOf(ecosystem.info.chains[chain]!.chainId));
  const settle = async (chain: string): Promise<void> =>
    assert.equal((await workplace.run(["hyperchain:settle", chain])).code, 0);

  before(async () => {
    const alpha = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS };
    const flags = ["--names", "alpha,beta", "--proofs", "none", "--batch-ms", "0", "--no-relayer"];
    ecosystem = await workplace.spawn(flags, { config: { chains: { alpha, beta: {} } } });
    const { info } = ecosystem;
    const connect = (url: string) => new JsonRpcProvider(url, undefined, { staticNetwork: true, cacheTimeout: -1 });
    l1 = connect(info.l1.url);
    clients = new Map(info.chains.map(({ chainId, url }) => [chainId, connect(url)]));
    for (const chain of [0, 1]) await deployAtomicFlows(info, info.chains[chain]!.chainId, on(PARTY, chain));
    const deadline = BigInt((await l1.getBlock("latest"))!.timestamp) + 3_000n;
    const leg = (chain: string, amount: bigint, pivot: boolean): FlowLegRequest => ({
      ...{ party: `${PARTY.address}@${chain}`, to: `${RECIPIENT.address}@${chain}`, amount, pivot },
    });
    back = await buildFlow(info, { deadline, legs: [leg("alpha", 11n, false), leg("alpha", 12n, true)] }, providerOf);
    happened = await buildFlow(info, { deadline, legs: [leg("alpha", 21n, false), leg("beta", 22n, true)] }, providerOf);
    for (const each of [0, 1]) await prepareFlow(info, { flow: back.flow, leg: each }, on(PARTY, 0));
    for (const [each, fee] of [5n, 0n].entries())
      await prepareFlow(info, { flow: happened.flow, leg: each, fee }, on(PARTY, each));
    await settle("alpha");
    await settle("beta");
    await executeFlow(info, { flow: happened.flow }, on(PARTY, 1), providerOf);
    await settle("beta");
  });
  after(async () => {
    for (const provider of [l1, ...clients.values()]) provider.destroy();
    await workplace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const claim = (flow: string, leg: string, ...args: readonly string[]) =>
    workplace.run(["hyperchain:claim-escrow", flow, leg, ...args]);

  test("while the chain runs, the task says where the leg is paid", async () => {
    const { code, stderr } = await claim(happened.id, "0", "--from", "2");
    assert.equal(code, 1);
    assert.match(stderr, /alpha has not ended, so the leg is released or refunded there/);
  });

  test("once it has exited, the recipient is paid where the flow happened, the party where it did not, each once", async () => {
    const deposit = await workplace.run(["hyperchain:deposit", "0.5", "2@alpha", "--from", "3", "--no-wait"]);
    assert.equal(deposit.code, 0, deposit.stderr);
    await l1.send("evm_increaseTime", [2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 600]);
    await l1.send("evm_mine", []);
    const exit = await workplace.run(["hyperchain:exit", "alpha", "--activate", "--from", "3"]);
    assert.equal(exit.code, 0, exit.stderr);

    const foreign = await claim(happened.id, "0", "--from", "1", "--to", HEIR);
    assert.equal(foreign.code, 1);
    assert.match(foreign.stderr, /leg 0 is 0x\w{40}'s, the signer is 0x\w{40}: the flow happened, so it goes to its recipient/);
    const released = await claim(happened.id, "0", "--from", "2", "--to", HEIR);
    assert.equal(released.code, 0, released.stderr);
    assert.match(
      released.stdout,
      /^0\.000000000000000021 ETH, and 0\.000000000000000005 ETH that were left for its end, paid to 0x0+e1e1e on .*, since the flow happened: 0x[0-9a-f]{64}$/m,
    );
    assert.equal(await l1.getBalance(HEIR), 26n);

    const file = join(folder, "flow.json");
    await writeFile(
      file,
      JSON.stringify(back.flow, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    );
    const refunded = await claim(file, "1", "--from", "1", "--to", HEIR, "--json");
    assert.equal(refunded.code, 0, refunded.stderr);
    const told = JSON.parse(refunded.stdout) as { readonly end: string; readonly amount: string; readonly fee: string };
    assert.deepEqual([told.end, told.amount, told.fee], ["refunded", "12", "0"]);
    assert.equal(await l1.getBalance(HEIR), 38n);
    const again = await claim(file, "1", "--from", "1", "--to", HEIR);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /EscrowAlreadyPaid/);
  });

  test("refuses input without a flow or a leg, with the reason", async () => {
    const nothing = await claim(`0x${"11".repeat(32)}`, "0", "--from", "1");
    assert.match(nothing.stderr, /no chain that answers has a leg of flow 0x1+/);
    const file = await claim("no-such-file.json", "0", "--from", "1");
    assert.match(file.stderr, /'no-such-file.json' is neither a flow's id .* nor a file that can be read/);
    const leg = await claim(back.id, "7", "--from", "1");
    assert.match(leg.stderr, /--leg must be a whole number from 0 to 1/);
  });
});
