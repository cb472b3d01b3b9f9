import { createTx, type TypedTransaction } from "@ethereumjs/tx";
import {
  bigIntToUnpaddedBytes,
  createAddressFromBigInt,
  eoaCode7702SignAuthorization,
  privateToAddress,
  type EOACode7702AuthorizationListBytesItem as AuthorizationBytes,
} from "@ethereumjs/util";
import type { Random } from "../../chain/state/support/random.ts";
import { RandomCode } from "./random-code.ts";
import { bytesOf, numberOf, rules } from "./reference.ts";
import type { WorldAccount } from "./world.ts";

const CONTRACTS = [0xc0de01n, 0xc0de02n, 0xc0de03n, 0xc0de04n];
/** Number of points of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SENDER = bytesOf(0x5e0de4n, 32);
const DELEGATORS = [bytesOf(0xb0bn, 32), bytesOf(0xca401n, 32)];
const addressOf = (key: Uint8Array) => numberOf(privateToAddress(key));
/** Contracts, accounts that may delegate, the coinbase, nothing, and every precompile that is proven. */
export const TARGETS = [...CONTRACTS, ...CONTRACTS, ...DELEGATORS.map(addressOf), 0xfeen, 0xdead99n, 1n, 2n, 4n, 5n, 0x100n];

/** Contracts of random code, and accounts that may delegate. */
export function randomWorld(random: Random, targets: readonly bigint[] = TARGETS): Map<bigint, WorldAccount> {
  const accounts = new Map<bigint, WorldAccount>();
  accounts.set(addressOf(SENDER), { nonce: 0n, balance: 10n ** 24n, code: new Uint8Array(0), storage: new Map() });
  // Some of them are named, and empty: of nothing.
  for (const address of [0xfeen, 0xdead99n, ...DELEGATORS.map(addressOf)])
    if (random.below(2) === 0)
      accounts.set(address, { nonce: 0n, balance: BigInt(random.below(2)), code: new Uint8Array(0), storage: new Map() });
  for (const address of CONTRACTS) {
    const storage = new Map<bigint, bigint>();
    for (let slot = 0n; slot < 3n; slot++) if (random.below(2) === 0) storage.set(slot, BigInt(1 + random.below(2)));
    const code = new RandomCode(random, targets).generate();
    // A contract by a cheat has no nonce.
    const nonce = code.length === 0 ? 1n : BigInt(random.below(2));
    accounts.set(address, { nonce, balance: BigInt(random.below(2) * 3), code, storage });
  }
  return accounts;
}

/** A call or a creation of any Ethereum type. */
export function randomTransaction(random: Random, targets: readonly bigint[] = TARGETS): TypedTransaction {
  const type = random.pick([0, 1, 2, 4]);
  const creates = type !== 4 && random.below(6) === 0;
  const to = random.below(8) === 0 ? random.pick(targets) : random.pick(CONTRACTS);
  const fees = type < 2 ? { gasPrice: 3n } : { maxFeePerGas: 3n, maxPriorityFeePerGas: BigInt(random.below(3)) };
  const accessList =
    random.below(2) === 0
      ? []
      : [
          {
            address: createAddressFromBigInt(random.pick(CONTRACTS)).toString(),
            storageKeys: [bytesOf(1n, 32), bytesOf(2n, 32)].map(hex),
          },
        ];
  const fields = {
    type,
    chainId: 1n,
    nonce: 0n,
    gasLimit: BigInt(140_000 + random.below(30_000) * random.below(40)),
    ...(creates ? {} : { to: createAddressFromBigInt(to) }),
    value: BigInt(random.below(3)),
    data: creates
      ? new RandomCode(random, targets).generate()
      : Uint8Array.from({ length: random.below(200) }, () => random.below(256)),
    ...fees,
    ...(type === 0 ? {} : { accessList }),
    ...(type === 4 ? { authorizationList: randomAuthorizations(random) } : {}),
  };
  return createTx(fields, { common: rules }).sign(SENDER);
}

function randomAuthorizations(random: Random) {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const target = random.below(4) === 0 ? 0n : random.pick(TARGETS);
    const signed = eoaCode7702SignAuthorization(
      {
        chainId: random.pick(["0x0", "0x1", "0x2"]),
        address: createAddressFromBigInt(target).toString(),
        nonce: random.pick(["0x0", "0x1"]),
      },
      random.pick([SENDER, ...DELEGATORS]),
    );
    return random.below(4) === 0 ? spoiled(signed, random) : signed;
  });
}

/** An authorization that Ethereum accepts in a transaction and skips: no account has signed it, or its nonce is the last. */
function spoiled([chainId, address, nonce, yParity, r, s]: AuthorizationBytes, random: Random): AuthorizationBytes {
  const flipped = random.pick([2n, 27n, 255n]);
  return random.pick<AuthorizationBytes>([
    [chainId, address, nonce, shortest(flipped), r, s],
    [chainId, address, nonce, yParity, shortest(0n), s],
    [chainId, address, nonce, yParity, shortest(random.pick([ORDER, ORDER - 1n, 2n ** 256n - 1n])), s],
    [chainId, address, nonce, yParity, r, shortest(0n)],
    [chainId, address, nonce, yParity, r, shortest(ORDER - numberOf(s))],
    [chainId, address, shortest(2n ** 64n - 1n), yParity, r, s],
  ]);
}

const shortest = (value: bigint): Uint8Array => bigIntToUnpaddedBytes(value);

function hex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
