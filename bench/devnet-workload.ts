import { createRequire } from "node:module";
import { computeAddress, getCreateAddress, id, Interface, Signature, Transaction, type TransactionLike } from "ethers";
import { fromHex, toHex, type Hex } from "../src/ground/protocol/hex.ts";

/** Signs ten times as fast as ethers does, so that preparing tens of thousands of transactions takes seconds. */
const secp256k1 = createRequire(import.meta.url)("secp256k1") as {
  ecdsaSign(hash: Uint8Array, key: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
};

/** Far above the chains' minimum of 10^6 and what is left after days of measuring. */
export const GAS_PRICE_WEI = 1_000_000n;
const token = new Interface(["constructor(address[],uint256)", "function transfer(address,uint256)"]);
const HOLDER_UNITS = 10n ** 15n;

/** An account of the measurement, which signs transactions of one chain with consecutive nonces. */
export class LoadAccount {
  readonly #chainId: bigint;
  readonly #key: Hex;
  readonly address: Hex;
  #nonce = 0;

  /** Derives the account from its number, so that the same number always yields the same account. */
  constructor(chainId: bigint, number: number) {
    this.#chainId = chainId;
    this.#key = id(`bench account ${number}`) as Hex;
    this.address = computeAddress(this.#key).toLowerCase() as Hex;
  }

  sign(request: TransactionLike): Hex {
    const fees = { maxFeePerGas: GAS_PRICE_WEI, maxPriorityFeePerGas: GAS_PRICE_WEI };
    const tx = Transaction.from({ type: 2, chainId: this.#chainId, nonce: this.#nonce++, ...fees, ...request });
    const { signature, recid } = secp256k1.ecdsaSign(fromHex(tx.unsignedHash), fromHex(this.#key));
    tx.signature = Signature.from({ r: toHex(signature.subarray(0, 32)), s: toHex(signature.subarray(32)), v: 27 + recid });
    return tx.serialized as Hex;
  }
}

/** Accounts with ETH and units of one token, and transfers among them. */
export interface Workload {
  readonly accounts: readonly LoadAccount[];
  /** Wei that each account must have before `deployment`. */
  readonly fundingWei: bigint;
  /** Creates the token, with units for every account; the first transaction of the first account. */
  readonly deployment: Hex;
  /** Alternately a token transfer and a plain one, from the first `senders` accounts in turn to any account. */
  mixedTransfers(count: number, senders: number): Hex[];
  /** Token transfers that share no account: from the first `count` accounts, to as many of the others or to fresh addresses. */
  tokenTransfers(count: number, recipients: "holders" | "fresh"): Hex[];
}

/** A workload on a chain where none of these accounts has sent anything. `initCode` is PlainToken's. */
export function createWorkload(chainId: bigint, initCode: string, size: number): Workload {
  const accounts = Array.from({ length: size }, (_, i) => new LoadAccount(chainId, i));
  const [deployer] = accounts;
  if (deployer === undefined) throw new RangeError("a workload needs accounts");
  const holders = accounts.map(({ address }) => address);
  const data = initCode + token.encodeDeploy([holders, HOLDER_UNITS]).slice(2);
  const deployment = deployer.sign({ data, gasLimit: 300_000n + 40_000n * BigInt(size) });
  const tokenAddress = getCreateAddress({ from: deployer.address, nonce: 0 });
  let turn = 0;
  let fresh = 0n;
  const account = (i: number): LoadAccount => accounts[i % size] ?? deployer;
  const transfer = (from: LoadAccount, to: string, value: bigint): Hex =>
    from.sign({ to: tokenAddress, data: token.encodeFunctionData("transfer", [to, value]), gasLimit: 60_000n });
  return {
    accounts,
    fundingWei: 10n ** 18n,
    deployment,
    mixedTransfers: (count, senders) =>
      Array.from({ length: count }, (_, i) => {
        const from = account(turn++ % senders);
        // A step that shares no factor with the number of accounts reaches all of them.
        const to = account(turn * 7 + 1).address;
        return i % 2 === 0 ? transfer(from, to, 1n) : from.sign({ to, value: 1n, gasLimit: 21_000n });
      }),
    tokenTransfers: (count, recipients) =>
      Array.from({ length: count }, (_, i) => {
        const to =
          recipients === "holders" ? account(count + i).address : `0x${(2n ** 159n + fresh++).toString(16).padStart(40, "0")}`;
        return transfer(account(i), to, 1n + BigInt(i));
      }),
  };
}
