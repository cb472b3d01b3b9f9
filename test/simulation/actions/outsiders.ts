import type { Hex } from "../../../src/protocol/hex.ts";
import type { Call } from "../model/world.ts";
import { callOf } from "./action.ts";
import type { Action, Intent, Situation } from "./action.ts";

/** Calls that a reentrant contract would like to make while the bridge or the factory is at work. */
function attackOn(situation: Situation): Call {
  const { world, records, random, scene } = situation;
  const claim = random.pick(records.withdrawals)?.claim;
  const chain = random.pick(records.chains)?.chain;
  const users = scene.accounts.users;
  const pays = callOf(world.addresses.bridge, "payHolding", chain?.id ?? 1n, scene.tokens.calm, users[0], 1n);
  const recovers = callOf(world.addresses.bridge, "bridgeRecoverFailedTransfer", 1n, users[0], `0x${"00".repeat(32)}`, "0x", `0x${"00".repeat(32)}`, 0n, 0n, 0n, []);
  const requests = callOf(world.addresses.factory, "requestL2TransactionDirect", {
    chainId: chain?.id ?? 1n,
    mintValue: 0n,
    l2Contract: users[0],
    l2Value: 0n,
    l2Calldata: "0x",
    l2GasLimit: 21_000n,
    l2GasPerPubdataByteLimit: 800n,
    factoryDeps: [],
    refundRecipient: users[0],
  });
  const stops = chain === undefined ? pays : callOf(chain.address, "activateExit");
  const claims = claim === undefined ? recovers : callOf(world.addresses.bridge, "finalizeDeposit", claim);
  return random.choose(pays, recovers, requests, stops, claims, claims);
}

/** How a token's owner directs it. It behaves for most of the time, so that it is used at all. */
function directToken(situation: Situation): Intent {
  const { scene, random } = situation;
  const { hostile } = scene.tokens;
  const account: Hex = random.choose(random.pick(scene.accounts.users)!, situation.world.addresses.bridge);
  const call = random.choose(
    callOf(hostile, "behave", false, false, 0n),
    callOf(hostile, "behave", false, false, 0n),
    callOf(hostile, "behave", random.oneIn(3), random.oneIn(3), random.oneIn(2) ? random.between(1n, 9n) : 0n),
    callOf(hostile, "blacklist", account, random.oneIn(4)),
    callOf(hostile, "blacklist", situation.world.addresses.bridge, false),
    callOf(hostile, "prepare", random.oneIn(3) ? undefined : attackOn(situation)),
  );
  return { call, by: scene.accounts.stranger };
}

/** What contracts do when they get ETH. */
function prepareParty(situation: Situation): Intent {
  const { scene, random } = situation;
  const party = random.pick(scene.parties)!;
  const calls = random.oneIn(2) ? [] : Array.from({ length: 1 + random.index(2) }, () => attackOn(situation));
  return { call: callOf(party, "prepare", random.oneIn(4), calls), by: scene.accounts.stranger };
}

function directVerifier({ scene, random }: Situation): Intent {
  return { call: callOf(scene.verifierDouble, "setRefuses", random.oneIn(2)), by: scene.accounts.stranger };
}

export const outsiderActions: readonly Action[] = [
  { name: "direct a token", aims: [], weight: 2, make: directToken },
  { name: "prepare a contract", aims: [], weight: 2, make: prepareParty },
  { name: "direct a verifier", aims: [], weight: 0.2, make: directVerifier },
];
