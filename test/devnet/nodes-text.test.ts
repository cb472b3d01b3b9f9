import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EncryptionStatus } from "../../src/ecosystem/sequencing/local/encrypted-mempool.ts";
import { encryptionSentence, nodesSentence, slotsSentence } from "../../src/ecosystem/devnet/view/books/nodes-text.ts";

const [FIRST, SECOND] = [`0x${"11".repeat(20)}`, `0x${"22".repeat(20)}`] as const;

describe("text of the nodes of a chain, in the status and on the page", () => {
  const nodes = { inProcesses: true, view: 7, leader: 1, quorum: 2, evidence: [] } as const;

  test("has the leader and the view", () => {
    const members = [{ address: FIRST, condition: "honest" } as const];
    assert.equal(nodesSentence({ ...nodes, members }), "node 1 leads view 7");
  });

  test("has faults, stopped nodes, and each signer of contrary votes once", () => {
    const members = [
      { address: FIRST, condition: "equivocating" },
      { address: SECOND, condition: "honest", fault: "its disk is full" },
    ] as const;
    const evidence = [
      { signer: FIRST, view: 3 },
      { signer: FIRST, view: 5 },
    ];
    assert.equal(
      nodesSentence({ ...nodes, members, evidence }),
      "node 1 leads view 7; node 0 is equivocating; node 1 has stopped: its disk is full; node 0 signed contrary votes",
    );
  });

  test("has a partition, withheld messages and delays", () => {
    const members = [
      { address: FIRST, condition: "honest", withholdsFrom: [1] },
      { address: SECOND, condition: "honest", lagMs: 300 },
    ] as const;
    assert.equal(
      nodesSentence({ ...nodes, members, groups: [[0], [1]] }),
      "node 1 leads view 7; nodes are apart: 0 | 1; node 0 withholds messages from 1; node 1 is 300 ms late",
    );
  });

  test("has the envelopes that wait for a key", () => {
    const encryption: Omit<EncryptionStatus, "owed"> = {
      life: "0x01",
      publicKey: "0xab",
      envelopeAddress: FIRST,
      maxEnvelopes: 32,
      threshold: 2,
      nodes: 4,
    };
    assert.match(encryptionSentence({ ...encryption, owed: 0 }), /^any 2 of 4 nodes open envelopes; no envelope waits/);
    assert.match(encryptionSentence({ ...encryption, owed: 1 }), /; 1 ordered envelope waits for its key; key 0xab$/);
    assert.match(encryptionSentence({ ...encryption, owed: 3 }), /; 3 ordered envelopes wait for their keys; key 0xab$/);
  });
});

describe("text of an external sequencer's slots, in the status and on the page", () => {
  const external = { sequencer: FIRST, peers: [272], newestSlot: 7, isCut: false, evidence: [] } as const;
  const twice = (number: number) => ({ number, first: `0x${"aa".repeat(32)}`, second: `0x${"bb".repeat(32)}` }) as const;

  test("has the newest slot, and since when the next one is awaited", () => {
    assert.equal(slotsSentence(external), "7");
    assert.equal(
      slotsSentence({ ...external, inDoubtSince: 1_700_000_000 }),
      "7; slot 8 in doubt since 2023-11-14T22:13:20.000Z: hyperchain:cut-slot ends the wait",
    );
  });

  test("names three contradictory slots, and counts the others", () => {
    assert.equal(slotsSentence({ ...external, evidence: [twice(3), twice(3)] }), "7; its sequencer signed two slots 3");
    const evidence = [1, 2, 3, 4, 5].map(twice);
    const named = [1, 2, 3].map((number) => `its sequencer signed two slots ${number}`).join("; ");
    assert.equal(slotsSentence({ ...external, evidence }), `7; ${named}; and for 2 more numbers`);
  });
});
