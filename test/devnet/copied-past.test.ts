import assert from "node:assert/strict";
import { test } from "node:test";
import { ETHERS } from "../../src/ecosystem/devnet/view/copied-tests/as-test-ethers.ts";
import { bytesLiteral } from "../../src/ecosystem/devnet/view/copied-tests/as-test-literals.ts";
import { type PastTransaction, standsOn } from "../../src/ecosystem/devnet/view/copied-tests/as-test-past.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const GOLD = `0x${"60".repeat(20)}` as const;
const VAULT = `0x${"a0".repeat(20)}` as const;
const ALICE = `0x${"a1".repeat(20)}` as const;

const transactions: PastTransaction[] = [];
/** Returns the next transaction: of a contract that it creates, or to one; its data contain `names`. */
function done(place: { readonly created: Hex } | { readonly to: Hex }, ...names: readonly Hex[]): PastTransaction {
  return doneOn(271, place, names.map((name) => name.slice(2).padStart(64, "0")).join(""));
}

function doneOn(chainId: number, place: { readonly created: Hex } | { readonly to: Hex }, data: string): PastTransaction {
  const count = transactions.length + 1;
  const hash: Hex = `0x${count.toString(16).padStart(64, "0")}`;
  const input: Hex = `0x12345678${data}`;
  const [to, created] = "created" in place ? [null, place.created] : [place.to, undefined];
  const made = { ...{ chainId, hash, from: ALICE, to, input, created, value: 0n }, succeeded: true, logs: [] };
  transactions.push({ ...made, timestamp: count, atMs: 1_000 * count });
  return transactions.at(-1)!;
}

test("I11: a copied test repeats what was done with a contract that is reached through another, such as an approval", () => {
  const gold = done({ created: GOLD });
  const vault = done({ created: VAULT }, GOLD);
  const approval = done({ to: GOLD }, VAULT);
  const stranger = done({ to: `0x${"bb".repeat(20)}` }, ALICE);
  const deposit = done({ to: VAULT }, ALICE);
  const withdrawal = done({ to: VAULT }, ALICE);
  const later = done({ to: GOLD }, VAULT);
  const earlier = standsOn(withdrawal, transactions);
  assert.deepEqual(earlier, [gold, vault, approval, deposit]);
  assert.ok(!earlier.includes(stranger) && !earlier.includes(later));
});

test("I11: if contracts have one address on several chains, a copied test repeats the creation on the right chain", () => {
  transactions.length = 0;
  const create = (chainId: number): PastTransaction => doneOn(chainId, { created: GOLD }, "");
  const [onAlpha, onBeta, onGamma] = [create(271), create(272), create(273)];
  const word = GOLD.slice(2).padStart(64, "0");
  // ERC-7930: version 1, type EVM, a chain's id of two bytes, 20 bytes of an address.
  const interoperable = (chainId: string): string => `0001000002${chainId}14${GOLD.slice(2)}`;
  const called = doneOn(272, { to: GOLD }, "");
  assert.deepEqual(standsOn(called, transactions), [onBeta]);
  const sent = doneOn(271, { to: VAULT }, interoperable("0110"));
  assert.deepEqual(standsOn(sent, transactions), [onBeta, called]);
  const stays = doneOn(273, { to: VAULT }, `${word}${interoperable("010f")}`);
  assert.deepEqual(standsOn(stays, transactions), [onAlpha, onGamma]);
  // A chain's id is the argument before the address.
  const beside = doneOn(271, { to: VAULT }, `${(272).toString(16).padStart(64, "0")}${word}`);
  assert.deepEqual(standsOn(beside, transactions), [onBeta, called]);
  // Bytes that say no chain can mean each.
  const open = doneOn(271, { to: VAULT }, `000100000014${GOLD.slice(2)}`);
  assert.deepEqual(standsOn(open, transactions), [onAlpha, onBeta, onGamma, called]);
});

test("I11: the address of a contract that is named with its chain is that of the deployment there", () => {
  const variables = new Map([
    [`271:${GOLD}`, "gold"],
    [`272:${GOLD}`, "gold2"],
    [`273:${GOLD}`, "gold3"],
  ]);
  const on = (chainId: number, address: string): string | undefined => variables.get(`${chainId}:${address}`);
  const known = { on, contract: (address: string) => on(271, address), library: ETHERS };
  const address = (variable: string): string => `\${(${ETHERS.address(variable)}).slice(2)}`;
  assert.equal(bytesLiteral(`0x0001000002011114${GOLD.slice(2)}`, known), `\`0x0001000002011114${address("gold3")}\``);
  assert.equal(bytesLiteral(`0x${GOLD.slice(2)}`, known), `\`0x${address("gold")}\``);
});
