import { wordToHex } from "../../../ground/protocol/hex.ts";
import type { AskedBlock } from "../../witness/asked-call.ts";
import { address, record } from "../request/call-request.ts";
import { quantity, stateWord } from "../request/quantities.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** The names by which clients call a block's parts, and what of it they change. */
const FIELDS: Readonly<Record<string, (value: unknown) => Partial<AskedBlock>>> = {
  number: (value) => ({ number: small("number", value) }),
  time: (value) => ({ timestamp: small("time", value) }),
  timestamp: (value) => ({ timestamp: small("timestamp", value) }),
  gasLimit: (value) => ({ gasLimit: small("gasLimit", value) }),
  coinbase: (value) => ({ coinbase: address(value) }),
  feeRecipient: (value) => ({ coinbase: address(value) }),
  prevRandao: (value) => ({ prevRandao: wordToHex(stateWord(value)) }),
  random: (value) => ({ prevRandao: wordToHex(stateWord(value)) }),
  baseFee: (value) => ({ baseFeeWei: quantity(value) }),
  baseFeePerGas: (value) => ({ baseFeeWei: quantity(value) }),
};
/** Maximum number of a block or time that the EVM's library represents. */
const MOST = 2n ** 53n - 1n;

/** A block of which a call is to see these parts otherwise. Throws RpcError for parts that cannot be, by their name. */
export function withBlockOverrides(block: AskedBlock, value: unknown): AskedBlock {
  if (value === undefined || value === null) return block;
  let changed = block;
  const set = new Set<string>();
  for (const [name, content] of Object.entries(record(value, "the block overrides"))) {
    if (content === undefined || content === null) continue;
    const read = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (read === undefined) {
      throw new RpcError(
        RpcCode.invalidParams,
        `a block's ${JSON.stringify(name.slice(0, 80))} cannot be overridden; ${Object.keys(FIELDS).join(", ")} can`,
      );
    }
    const part = read(content);
    for (const key of Object.keys(part)) {
      if (set.has(key)) throw new RpcError(RpcCode.invalidParams, `the block overrides name ${key} twice`);
      set.add(key);
    }
    changed = { ...changed, ...part };
  }
  return changed;
}

function small(name: string, value: unknown): bigint {
  const number = quantity(value);
  if (number > MOST) throw new RpcError(RpcCode.invalidParams, `a block's ${name} is at most ${MOST}, got ${number}`);
  return number;
}
