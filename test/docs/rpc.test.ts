import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { sessionMethods } from "../../src/chain/rpc/access/session-methods.ts";
import { Sessions } from "../../src/chain/rpc/access/sessions.ts";
import { ANVIL_ALIASES } from "../../src/chain/rpc/request/aliases.ts";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import { nodesMethods } from "../../src/ecosystem/devnet/chains/nodes-methods.ts";
import { slotMethods } from "../../src/ecosystem/devnet/chains/slot-methods.ts";
import { factMethods } from "../../src/ecosystem/devnet/facts/open-facts.ts";
import { linkMethods } from "../../src/ecosystem/devnet/links/link-methods.ts";
import { promiseMethods } from "../../src/ecosystem/devnet/promises/promise-methods.ts";
import { offeredMethods } from "../../src/chain/node/settling/offered-methods.ts";
import type { SettlementView } from "../../src/chain/rpc/zks/settlement-view.ts";
import { namedNotifications } from "../../src/chain/rpc/named-notifications.ts";
import { UNSERVED_METHODS } from "../../src/chain/rpc/request/unserved-methods.ts";
import { Subscriptions } from "../../src/chain/rpc/transport/subscriptions.ts";
import { startTestChain } from "../chain/support/chain.ts";

test("docs/rpc.md lists exactly the methods that a chain serves", async () => {
  const { chain } = await startTestChain();
  try {
    const address = `0x${"11".repeat(20)}` as const;
    const nothing = { committed: 0n, proven: 0n, executed: 0n };
    const settlement: SettlementView = {
      chainId: 1n,
      contracts: { bridgehub: address, hyperchain: address, bridge: address },
      baseToken: address,
      counts: async () => nothing,
      stages: async () => ({ committed: undefined, proven: undefined, executed: undefined, registryLeafIndex: undefined }),
    };
    const served = chainMethods(chain, { gasPrice: { toldWei: 1n }, development: true, settlement });
    const subscriptions = new Subscriptions(namedNotifications(chain));
    const nowMs = (): number => 0;
    const policy = { chainId: 271n, hyperchain: address, accounts: () => [] };
    const all = [
      ...served.keys(),
      ...Object.keys(ANVIL_ALIASES),
      ...subscriptions.methods(() => undefined).keys(),
      ...offeredMethods(undefined).keys(),
      ...factMethods(undefined).keys(),
      ...linkMethods({} as never, {} as never).keys(),
      ...promiseMethods({ signer: undefined, imports: undefined }).keys(),
      // Of a chain with an external sequencer.
      ...slotMethods({} as never, 271n).map(([name]) => name),
      ...nodesMethods(undefined).map(([name]) => name),
      // Of a chain that only its readers may read.
      ...sessionMethods(policy, { sessions: new Sessions({ nowMs }), nowMs }).keys(),
    ];
    subscriptions.close();
    const page = await readFile(new URL("../../docs/rpc.md", import.meta.url), "utf8");
    const [listed = ""] = page.split("## Not served");
    const documented = new Set(
      listed.match(/(?<=`)(anvil|debug|eth|evm|hardhat|hyperchain|net|ots|personal|pimlico|pm|rpc|trace|txpool|web3|zks)_\w+/g),
    );
    // What is refused is in the generated table, and in this list where a reader would look for it.
    const isServed = (method: string): boolean => !UNSERVED_METHODS.includes(method);
    assert.deepEqual([...documented].filter(isServed).sort(), all.filter(isServed).sort());
  } finally {
    await chain.close();
  }
});
