import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { tagsTable } from "../../site/tags.ts";
import { announcementOf } from "../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { aggregateDigest, aggregateStatement } from "../../src/ground/protocol/aggregate.ts";
import { hashAssetFlows } from "../../src/ground/protocol/asset-flows.ts";
import { hashRefusedDestinations } from "../../src/ground/protocol/batch-record.ts";
import { flowFact, flowFactKey, hashAtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import { hashStatement, statementImport } from "../../src/ground/protocol/carried-statement.ts";
import { digestFromHex, digestToHex, elementsToBytes } from "../../src/ground/protocol/digest.ts";
import { deliveryFlagKey } from "../../src/ground/protocol/delivery-flag.ts";
import { hashConfiguration, hashExtensions } from "../../src/ground/protocol/genesis.ts";
import { PREDEPLOYS_DIGEST, VERSION_PREDEPLOYS } from "../../src/ground/protocol/generated/version-predeploys.ts";
import { predeploysDigest } from "../../src/ground/protocol/version-predeploys.ts";
import { factIndex, hashFact, ImportKind, importKindOf } from "../../src/ground/protocol/import-kinds.ts";
import { hashNameAnnouncement } from "../../src/ground/protocol/name-announcement.ts";
import { decodeGatewayMessage, encodeGatewayMessage, gatewayMessageId } from "../../src/ground/protocol/gateway-message.ts";
import { fromHex, hashTag, toHex, wordToHex } from "../../src/ground/protocol/hex.ts";
import { decodeL1Call, encodeL1Call } from "../../src/ground/protocol/l1-call.ts";
import { hashStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { depositHash } from "../simulation/model/bridge.ts";
import { itemsOf, readHashVectors } from "./hash-vectors.ts";

const VECTORS = readHashVectors();
const ROOT = new URL("../../", import.meta.url);
const TAG = /hyperchain\.[a-z\d-]+\.v\d+/g;

describe("the protocol's hashes, as an independent derivation has them", () => {
  test("tags are the keccak of their text", () => {
    for (const { text, hash } of Object.values(VECTORS.tags)) assert.equal(hashTag(text), hash, text);
  });

  test("configuration and extensions", () => {
    for (const { hash, extensions, predeploys, installing, ...configuration } of VECTORS.configurations) {
      assert.equal(hashConfiguration(configuration), hash);
      assert.equal(hashExtensions(hash), extensions);
      assert.equal(hashExtensions(hash, predeploys), installing);
    }
  });

  test("digest of predeploys", () => {
    for (const { predeploys, hash } of VECTORS.predeploys) assert.equal(predeploysDigest(predeploys), hash);
    assert.equal(predeploysDigest(VERSION_PREDEPLOYS), PREDEPLOYS_DIGEST);
  });

  test("facts have one index and one hash; an id of 2^64 has none", () => {
    for (const { chainId, batchNumber, logRoot, index, hash } of VECTORS.facts) {
      assert.equal(factIndex(chainId, batchNumber), index);
      assert.equal(importKindOf(index), ImportKind.fact);
      assert.equal(hashFact(index, logRoot), hash);
    }
    assert.throws(() => factIndex(2n ** 64n, 0n), RangeError);
    assert.throws(() => factIndex(0n, 2n ** 64n), RangeError);
  });

  test("statements have one index, of their kind, and one hash", () => {
    assert.equal(VECTORS.statements.length, 2);
    for (const { hash, index, ...vector } of VECTORS.statements) {
      const [item] = itemsOf(vector);
      assert.ok(item);
      assert.equal(hashStatement(item), hash);
      assert.deepEqual(statementImport(item), { registryIndex: index, root: hash });
      assert.equal(importKindOf(index), ImportKind.statement);
    }
  });

  test("refused destinations, asset flows, stored batches", () => {
    for (const { chainIds, hash } of VECTORS.refused) assert.equal(hashRefusedDestinations(chainIds), hash);
    for (const { flows, hash } of VECTORS.flows) assert.equal(hashAssetFlows(flows), hash);
    for (const { batch, hash } of VECTORS.storedBatches) assert.equal(hashStoredBatch(batch), hash);
  });

  test("the slot of a delivery's or a refund's flag", () => {
    for (const { sourceChainId, messageHash, slot } of VECTORS.deliveryFlags) {
      assert.equal(wordToHex(deliveryFlagKey(sourceChainId, messageHash).slot), slot);
    }
  });

  test("atomic flows: their names, the slots of a leg and of the pivot's execution, and a leg's message", () => {
    const contract = "0x00000000000000000000000000000000000f1035";
    for (const { flow, hash, escrowSlot, executedSlot, fact } of VECTORS.atomicFlows) {
      assert.equal(hashAtomicFlow(flow), hash);
      const slots = [false, true].map((isPivot) => wordToHex(flowFactKey(contract, hash, 2, isPivot).slot));
      assert.deepEqual(slots, [escrowSlot, executedSlot]);
      assert.equal(toHex(flowFact(hash, 2)), fact);
    }
  });

  test("deposits that operations carry, and announcements of chains", () => {
    for (const { depositor, token, amount, hash } of VECTORS.deposits) assert.equal(depositHash(depositor, token, amount), hash);
    for (const { l1ChainId, creator, secret, configuration, hash } of VECTORS.announcements) {
      assert.equal(announcementOf(l1ChainId, creator, secret, configuration), hash);
    }
  });

  test("announcements of names, of accounts and of chains", () => {
    for (const { hash, ...announcement } of VECTORS.nameAnnouncements) assert.equal(hashNameAnnouncement(announcement), hash);
  });

  test("calls of what a chain settles on, and messages between the ends of a gateway with their names", () => {
    for (const { call, body } of VECTORS.l1Calls) {
      assert.equal(toHex(encodeL1Call(call)), body);
      assert.deepEqual(decodeL1Call(fromHex(body)), call);
    }
    for (const { message, body, sourceChainId, id } of VECTORS.gatewayMessages) {
      assert.equal(toHex(encodeGatewayMessage(message)), body);
      assert.deepEqual(decodeGatewayMessage(fromHex(body)), message);
      assert.equal(gatewayMessageId(sourceChainId, fromHex(body)), id);
    }
  });

  test("aggregates: digest, point and evaluation of up to 64 batches", () => {
    for (const vector of VECTORS.aggregates) {
      const items = itemsOf(vector);
      assert.equal(digestToHex(aggregateDigest(items, compress)), vector.digest);
      const { batchCount, digest, point, evaluation } = aggregateStatement(items, digestFromHex(vector.digest));
      assert.equal(batchCount, items.length);
      assert.equal(digestToHex(digest), vector.digest);
      assert.equal(toHex(elementsToBytes(point)), vector.point);
      assert.equal(toHex(elementsToBytes(evaluation)), vector.evaluation);
    }
  });
});

describe("the tags", () => {
  const documented = new Set(Object.values(VECTORS.tags).map(({ text }) => text));

  test("§8.20: of the code are those of the vectors", () => {
    const used = new Set<string>();
    for (const folder of ["src", "contracts"]) {
      for (const entry of readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(ts|sol)$/.test(entry.name)) continue;
        const text = readFileSync(`${entry.parentPath}/${entry.name}`, "utf8");
        for (const [tag] of text.matchAll(TAG)) used.add(tag);
      }
    }
    const reserved = ["hyperchain.partition.v2", "hyperchain.partition-da.v2"];
    assert.deepEqual([...used, ...reserved].sort(), [...documented].sort());
  });

  test("§8.12: are all on the page of the protocol, each by its name", () => {
    const page = readFileSync(new URL("docs/protocol.md", ROOT), "utf8");
    assert.match(page, /^<!-- built: tags -->$/m);
    const table = tagsTable(fileURLToPath(ROOT));
    for (const [name, { text, hash }] of Object.entries(VECTORS.tags))
      assert.ok(table.includes(`| \`${name}\` | \`${text}\` | \`${hash}\` |`), `${name}: ${text}`);
    const named = new Set(page.match(/\b[A-Z\d_]+_TAG(_\d)?\b/g));
    assert.ok(named.size > 30);
    assert.deepEqual(
      [...named].filter((name) => !(name in VECTORS.tags)),
      [],
      "names on the page without a vector",
    );
  });
});
