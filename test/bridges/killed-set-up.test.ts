import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Signer } from "ethers";
import type { BridgeMember } from "../../src/ecosystem/bridges/bridge-member.ts";
import { provenPeer } from "../../src/ecosystem/bridges/connect-peers.ts";
import type { Transmit } from "../../src/ecosystem/bridges/fixed-deployment.ts";
import type { BridgeKind } from "../../src/ecosystem/devnet/bridges/bridge-kind.ts";
import { ccip } from "../../src/ecosystem/devnet/bridges/ccip.ts";
import { hyperlane } from "../../src/ecosystem/devnet/bridges/hyperlane.ts";
import { layerzero } from "../../src/ecosystem/devnet/bridges/layerzero.ts";
import { transmit } from "../../src/ecosystem/devnet/deployment/transmit.ts";
import { bundledArtifact } from "../../src/tool/plugin/contract-artifacts.ts";
import { ETH_BASE_TOKEN } from "../../src/ground/protocol/base-token.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { CCIP_DAPP } from "./support/ccip-dapp.ts";
import { COURIERS } from "./support/couriers.ts";
import { DAPP, installDapp } from "./support/dapp.ts";
import { runKilled } from "./support/killed-process.ts";
import { HYPERLANE_DAPP } from "./support/warp-routes.ts";

const CHAINS = [271n, 272n];
const KEY = 7;
/** Bridges with a set-up. The Superchain has none, because its chains include its contracts from their creation. */
const KINDS: readonly (readonly [kind: BridgeKind, project: string])[] = [
  [layerzero, DAPP],
  [hyperlane, HYPERLANE_DAPP],
  [ccip, CCIP_DAPP],
];
const PROCESS = new URL("./support/killed-set-up.ts", import.meta.url).pathname;
/** More transactions than any start sends. */
const MOST_STARTS = 150;

describe("C14 set-ups of bridges that end between any two steps", () => {
  for (const [kind, project] of KINDS)
    test(`${kind.name}: killed between any two steps of a set-up: the next process continues, and nothing is lost`, async () => {
      installDapp(project);
      const setUp = await kind.load(project, bundledArtifact);
      const devnet = await startFlowDevnet(CHAINS, { ...UNPROVEN, fundedAccounts: [ALICE, RELAYER, KEY] });
      const clients = devnet.chains.map(clientOf);
      try {
        let ends = 0;
        for (let done = false; !done;) {
          const members = membersOf(devnet, clients);
          const send = endingBehind(ends);
          try {
            const deployed = await Promise.allSettled(members.map((member) => setUp.deploy(member, send)));
            // Transactions that a process has sent on one member are included before the next process begins on any.
            for (const end of deployed) if (end.status === "rejected") throw end.reason;
            await setUp.connect(members, () => PREDEPLOYS.InteropCenter, send);
            done = true;
          } catch (error) {
            assert.match(String((error as { cause?: unknown }).cause), /the process has ended/);
            ends++;
            assert.ok(ends < 20);
          }
        }
        assert.ok(ends >= 3, `${ends}`);
        const to = kind.peer(devnet.accounts.wallet(KEY).address);
        for (const [i, client] of clients.entries()) {
          const data = provenPeer.encodeFunctionData("isOpen", [CHAINS[1 - i]]);
          assert.equal(BigInt(await client.call({ to, data })), 1n);
        }
      } finally {
        for (const client of clients) client.destroy();
        await devnet.close();
      }
    });

  for (const { name } of COURIERS)
    test(
      `attack: ${name}: killed behind every transaction of a start: the next start continues, and messages arrive`,
      { skip: !IS_NIGHTLY },
      async (t) => {
        const folder = mkdtempSync(join(tmpdir(), "set-up-"));
        try {
          let starts = 0;
          for (let isKilled = true; isKilled; starts++) {
            assert.ok(starts < MOST_STARTS);
            const end = await runKilled(PROCESS, { folder, bridge: name, transaction: starts });
            ({ isKilled } = end);
            if (!isKilled) assert.deepEqual(end.received, [1]);
          }
          assert.ok(starts > 5, `${starts}`);
          t.diagnostic(`${starts} starts`);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    );
});

/** Transmit function of a process that ends after one more transaction on a member than the process before it. */
function endingBehind(most: number): Transmit {
  const sent = new Map<Signer, number>();
  return async (signer, transaction) => {
    const before = sent.get(signer) ?? 0;
    if (before > most) throw new Error("the process has ended");
    sent.set(signer, before + 1);
    return transmit(signer, transaction);
  };
}

function membersOf({ chains, accounts }: FlowDevnet, clients: readonly ReturnType<typeof clientOf>[]): readonly BridgeMember[] {
  return clients.map((provider, i) => ({
    ...{ name: chains[i]!.name, chainId: CHAINS[i]!, id: CHAINS[i]!, isL1: false, provider },
    wallet: accounts.wallet(KEY).connect(provider),
    ...{ coin: ETH_BASE_TOKEN, fromBlock: 0 },
  }));
}
